import { circuitBreakerContract, concurrencyLimitContract, rateLimitContract } from '@breaking/testkit';
import Koa from 'koa';
import { koaUnderTest } from './koaUnderTest.js';

const adapter = koaUnderTest('Koa 3', Koa);

rateLimitContract(adapter);
circuitBreakerContract(adapter);
concurrencyLimitContract(adapter);
