import { circuitBreakerContract, concurrencyLimitContract, rateLimitContract } from '@breaking/testkit';
import { webUnderTest } from './webUnderTest.js';

rateLimitContract(webUnderTest);
circuitBreakerContract(webUnderTest);
concurrencyLimitContract(webUnderTest);
