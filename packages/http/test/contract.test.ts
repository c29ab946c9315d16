import { circuitBreakerContract, concurrencyLimitContract, rateLimitContract } from '@breaking/testkit';
import { nodeHttpUnderTest } from './nodeHttpUnderTest.js';

rateLimitContract(nodeHttpUnderTest);
circuitBreakerContract(nodeHttpUnderTest);
concurrencyLimitContract(nodeHttpUnderTest);
