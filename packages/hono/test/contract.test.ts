import { circuitBreakerContract, concurrencyLimitContract, rateLimitContract } from '@breaking/testkit';
import { afterAll, vi } from 'vitest';
import { honoUnderTest } from './honoUnderTest.js';

// Hono's server for Node tells the console of each stream that breaks.
const consoleError = vi.spyOn(console, 'error').mockImplementation(() => {});
afterAll(() => consoleError.mockRestore());

rateLimitContract(honoUnderTest);
circuitBreakerContract(honoUnderTest);
concurrencyLimitContract(honoUnderTest);
