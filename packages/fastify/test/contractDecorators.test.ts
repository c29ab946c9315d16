import { circuitBreakerContract, concurrencyLimitContract, rateLimitContract } from '@breaking/testkit';
import { fastifyUnderTest } from './fastifyUnderTest.js';

const adapter = fastifyUnderTest('Fastify 5, decorators', 'decorators');

rateLimitContract(adapter);
circuitBreakerContract(adapter);
concurrencyLimitContract(adapter);
