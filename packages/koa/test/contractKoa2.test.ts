import { circuitBreakerContract, concurrencyLimitContract, rateLimitContract } from '@breaking/testkit';
import Koa2 from 'koa2';
import { koaUnderTest } from './koaUnderTest.js';

const adapter = koaUnderTest('Koa 2', Koa2);

rateLimitContract(adapter);
circuitBreakerContract(adapter);
concurrencyLimitContract(adapter);
