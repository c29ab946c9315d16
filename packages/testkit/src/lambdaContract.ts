import { MockClock, perMinute } from '@breaking/core';
import type { Outcome } from '@breaking/http';
import { describe, expect, test } from 'vitest';
import type { GateUnderTest } from './adapterUnderTest.js';
import { breakerOutcomes, until } from './observed.js';

/** A function as AWS calls it, with events of an API Gateway. */
export type LambdaHandler = (event: object, context: object) => Promise<{ readonly statusCode: number }>;

/** Makes the function of an app behind a gate, in which `GET /` answers with a status. */
export type LambdaApp = (gate: GateUnderTest, statusOf: () => number) => Promise<LambdaHandler>;

/** An event of API Gateway, payload format 1.0, with the properties that adapters read. */
const EVENT = {
  version: '1.0',
  resource: '/',
  path: '/',
  httpMethod: 'GET',
  headers: { Host: 'example.org', Accept: '*/*' },
  multiValueHeaders: { Host: ['example.org'], Accept: ['*/*'] },
  queryStringParameters: null,
  multiValueQueryStringParameters: null,
  pathParameters: null,
  stageVariables: null,
  requestContext: {
    accountId: '1',
    httpMethod: 'GET',
    identity: { sourceIp: '192.0.2.1', userAgent: 'test' },
    path: '/',
    protocol: 'HTTP/1.1',
    requestId: '1',
    resourcePath: '/',
    stage: 'prod',
  },
  body: null,
  isBase64Encoded: false,
};

/** How requests end if an adapter of a serverless platform makes the request and the response. */
export function lambdaContract(name: string, appOf: LambdaApp): void {
  describe(`on Lambda, by ${name}`, () => {
    const context = { awsRequestId: '1', getRemainingTimeInMillis: () => 1000 };
    const ask = async (handler: LambdaHandler) => (await handler(structuredClone(EVENT), context)).statusCode;

    test('a circuit breaker opens on failures, and closes again', async () => {
      const clock = new MockClock();
      let status = 500;
      const outcomes = breakerOutcomes();
      const options = { errorThreshold: 2, timeWindowSecs: 20, clock };
      const handler = await appOf({ kind: 'circuitBreaker', options }, () => status);
      const statuses = [];
      for (let i = 1; i <= 3; i++) {
        statuses.push(await ask(handler));
        await until(() => outcomes().length === i);
      }
      expect(statuses).toEqual([500, 500, 503]);
      clock.advanceBy(10);
      status = 200;
      expect([await ask(handler), await ask(handler)]).toEqual([200, 200]);
      expect(
        outcomes()
          .map(each => each.split(' ').at(-1))
          .slice(0, 4),
      ).toEqual(['failure', 'failure', 'refused', 'success']);
    });

    test('a rate limit counts, and refunds nothing for requests that were not aborted', async () => {
      const outcomes: Outcome[] = [];
      const refundWhen = (outcome: Outcome) => outcomes.push(outcome) > 0 && outcome.aborted;
      const options = { ...perMinute(2), clock: new MockClock(), refundWhen };
      const handler = await appOf({ kind: 'rateLimit', options }, () => 200);
      const statuses = [];
      for (let i = 0; i < 3; i++) {
        statuses.push(await ask(handler));
        await until(() => outcomes.length === Math.min(i + 1, 2));
      }
      expect(statuses).toEqual([200, 200, 429]);
      expect(outcomes).toMatchObject([
        { status: 200, aborted: false },
        { status: 200, aborted: false },
      ]);
    });
  });
}
