import { MockClock, TooManyErrors } from '@breaking/core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { close, listen } from '../../servers.js';
import { services } from '../services.js';
import { createStock, type Stock } from '../stock.js';
import { createUpstream, type Mode } from '../upstream.js';

/** The stock behind an upstream in that mode, which gives up a slow one after 50 ms of real time, others never. */
async function stockOf(mode: Mode): Promise<Stock> {
  const upstream = createUpstream();
  upstream.turn(mode);
  onTestFinished(() => close(upstream.server));
  return createStock(await listen(upstream.server), {
    timeout: () => (mode === 'slow' ? AbortSignal.timeout(50) : new AbortController().signal),
    clock: new MockClock(),
  });
}

describe.each(services)('the service on $name', service => {
  async function asked(stock: Stock): Promise<Response> {
    const server = await service.serve(stock);
    onTestFinished(() => close(server));
    return fetch(`${await listen(server)}/stock/lamp`);
  }

  test('passes on what the upstream says', async () => {
    const answer = await asked(await stockOf('healthy'));

    expect([answer.status, await answer.json()]).toEqual([200, { inStock: 7 }]);
  });

  test.each(['slow', 'failing', 'dead'] as const)('answers 502 when the upstream is %s', async mode => {
    expect((await asked(await stockOf(mode))).status).toBe(502);
  });

  test('answers 503 while the breaker is open, and tells when to come back', async () => {
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
