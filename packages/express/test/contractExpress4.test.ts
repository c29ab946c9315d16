import { circuitBreakerContract, concurrencyLimitContract, rateLimitContract } from '@breaking/testkit';
import express4 from 'express4';
import { expressUnderTest } from './expressUnderTest.js';

const adapter = expressUnderTest('Express 4', express4);

rateLimitContract(adapter);
circuitBreakerContract(adapter);
concurrencyLimitContract(adapter);
