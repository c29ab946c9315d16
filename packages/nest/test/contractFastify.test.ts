import { circuitBreakerContract, concurrencyLimitContract, rateLimitContract } from '@breaking/testkit';
import { nestOnFastify } from './nestUnderTest.js';

rateLimitContract(nestOnFastify);
circuitBreakerContract(nestOnFastify);
concurrencyLimitContract(nestOnFastify);
