import { circuitBreakerContract, rateLimitContract } from '@breaking/testkit';
import { nodeHttpUnderTest } from './nodeHttpUnderTest.js';

rateLimitContract(nodeHttpUnderTest);
circuitBreakerContract(nodeHttpUnderTest);
