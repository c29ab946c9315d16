import { circuitBreakerContract, concurrencyLimitContract, rateLimitContract } from '@breaking/testkit';
import { fastifyUnderTest } from './fastifyUnderTest.js';

const adapter = fastifyUnderTest('Fastify 5, plugin', 'plugin');

rateLimitContract(adapter);
circuitBreakerContract(adapter);
concurrencyLimitContract(adapter);
