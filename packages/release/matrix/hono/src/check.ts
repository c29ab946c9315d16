// A Hono app on its server for Node: its routes, its exceptions, and the address of the connection.
import assert from 'node:assert/strict';
import {
  circuitBreaker,
  concurrencyLimit,
  type Decision,
  MockClock,
  perMinute,
  RefusedException,
  rateLimit,
} from '@breaking/hono';
import { getRequestListener } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { checkApi } from './checkApi.js';
import { endless } from './endless.js';

const one = { ...perMinute(1), clock: new MockClock() };
const app = new Hono();
const byForwarded = rateLimit({
  ...one,
  addressOf: c => c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim(),
});
app.get('/api/limited', byForwarded, c => {
  const decision: Decision | undefined = c.get('rateLimit');
  return c.json(decision?.limits);
});
app.get('/api/broken', circuitBreaker({ errorThreshold: 1, timeWindowSecs: 60 }), () => {
  throw new Error('broken');
});
app.get('/api/endless', concurrencyLimit({ limit: 1 }), () => endless());
const byConnection = rateLimit({
  ...one,
  addressOf: c => getConnInfo(c).remote.address,
  rejectWith: 'error',
});
app.get('/api/connection', byConnection, async c => c.text(await byConnection.keyOf(c)));

const errors: Error[] = [];
app.onError((error, c) => {
  errors.push(error);
  return error instanceof HTTPException ? error.getResponse() : c.text(error.message, 500);
});

await checkApi(getRequestListener(app.fetch), async ask => {
  errors.length = 0;
  assert.equal(await (await ask('connection')).text(), 'ip:127.0.0.1');
  const refused = await ask('connection');
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '60']);
  const [error] = errors;
  assert.ok(error instanceof RefusedException);
  assert.equal((error.cause as RefusedException).code, 'BREAKING_TOO_MANY_REQUESTS');
});
