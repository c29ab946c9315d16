import { circuitBreakerContract, concurrencyLimitContract, rateLimitContract } from '@breaking/testkit';
import { nestOnExpress } from './nestUnderTest.js';

rateLimitContract(nestOnExpress);
circuitBreakerContract(nestOnExpress);
concurrencyLimitContract(nestOnExpress);
