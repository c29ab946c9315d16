import { MockClock, TooManyErrors } from '@breaking/core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { close, listen } from '../../servers.js';
import { services } from '../services.js';
import { createStock, type Stock } from '../stock.js';
import { createUpstream, type Mode } from '../upstream.js';

/** The stock with an upstream in that mode. A slow call times out after 50 ms of real time, others never. */
async function stockOf(mode: Mode, clock = new MockClock()): Promise<Stock> {
  const upstream = createUpstream();
  upstream.turn(mode);
  onTestFinished(() => close(upstream.server));
  return createStock(await listen(upstream.server), {
    timeout: () => (mode === 'slow' ? AbortSignal.timeout(50) : new AbortController().signal),
    clock,
  });
}

describe.each(services)('the service on $name', service => {
  async function asked(stock: Stock, item = 'lamp'): Promise<Response> {
    const server = await service.serve(stock);
    onTestFinished(() => close(server));
    return fetch(`${await listen(server)}/stock/${item}`);
  }

  test("passes the upstream's response on", async () => {
    const answer = await asked(await stockOf('healthy'));

    expect([answer.status, await answer.json()]).toEqual([200, { inStock: 7 }]);
  });

  test('requests an item by its exact name, with any characters', async () => {
    const item = encodeURIComponent('desk & chair, 50% off/set?');
    const answer = await asked(await stockOf('healthy'), item);

    expect([answer.status, await answer.json()]).toEqual([200, { inStock: 2 }]);
  });

  test.each(['unicorn', '%2e%2e%2fstock', 'lamp%26item=desk', 'a/b'])(
    'answers 404 for an unknown item: %s',
    async item => {
      const stock = await stockOf('healthy');
      expect((await asked(stock, item)).status).toBe(404);
      expect(stock.breaker.state).toBe('closed');
    },
  );

  test('answers 400 or 404 to a malformed path', async () => {
    const stock = await stockOf('healthy');
    expect([400, 404]).toContain((await asked(stock, '%zz')).status);
  });

  test.each(['slow', 'failing', 'dead'] as const)('answers 502 when the upstream is %s', async mode => {
    expect((await asked(await stockOf(mode))).status).toBe(502);
  });

  test('answers 503 while the breaker is open, with Retry-After', async () => {
    const stock = await stockOf('healthy');
    stock.breaker.trip();
    const refusal = await asked(stock);

    expect([refusal.status, refusal.headers.get('Retry-After')]).toEqual([503, '2']);
  });
});

test.each([
  ['slow', { cause: { name: 'TimeoutError' } }],
  ['failing', { cause: { message: 'it answered 500' } }],
  ['dead', { cause: { cause: { code: 'ECONNRESET' } } }],
] as const)('five calls of a %s upstream open the breaker', async (mode, error) => {
  const { breaker, inStock } = await stockOf(mode);
  for (let i = 0; i < 5; i++) {
    expect(breaker.state).toBe('closed');
    await expect(inStock('lamp')).rejects.toMatchObject(error);
  }

  expect(breaker.state).toBe('open');
  await expect(inStock('lamp')).rejects.toBeInstanceOf(TooManyErrors);
});

test('a 404 of the upstream is never a failure, and as a probe it closes the breaker', async () => {
  const clock = new MockClock();
  const { breaker, inStock } = await stockOf('healthy', clock);
  for (let i = 0; i < 20; i++) await expect(inStock('unicorn')).rejects.toMatchObject({ status: 404 });
  expect(breaker.state).toBe('closed');

  breaker.trip();
  clock.advanceBy(2);
  await expect(inStock('unicorn')).rejects.toMatchObject({ status: 404 });
  expect(breaker.state).toBe('closed');
});

test('five failures in a burst open the breaker despite successes in between, and each is forgiven in time', async () => {
  const clock = new MockClock();
  const upstream = createUpstream();
  onTestFinished(() => close(upstream.server));
  const { breaker, inStock } = createStock(await listen(upstream.server), { clock });
  const call = async (mode: Mode) => {
    upstream.turn(mode);
    await inStock('lamp').catch(() => {});
  };

  for (let i = 0; i < 4; i++) for (const mode of ['failing', 'healthy'] as const) await call(mode);
  clock.advanceBy(12);
  await call('failing');
  expect(breaker.state).toBe('closed');
  await call('healthy');
  await call('failing');
  expect(breaker.state).toBe('open');
});
