import { circuitBreakerContract, concurrencyLimitContract, rateLimitContract } from '@breaking/testkit';
import { afterAll, vi } from 'vitest';
import { honoUnderTest } from './honoUnderTest.js';

// Hono's server for Node prints an error for each broken stream.
const consoleError = vi.spyOn(console, 'error').mockImplementation(() => {});
afterAll(() => consoleError.mockRestore());

rateLimitContract(honoUnderTest);
circuitBreakerContract(honoUnderTest);
concurrencyLimitContract(honoUnderTest);
