import { circuitBreakerContract, concurrencyLimitContract, rateLimitContract } from '@breaking/testkit';
import express from 'express';
import { expressUnderTest } from './expressUnderTest.js';

const adapter = expressUnderTest('Express 5', express);

rateLimitContract(adapter);
circuitBreakerContract(adapter);
concurrencyLimitContract(adapter);
