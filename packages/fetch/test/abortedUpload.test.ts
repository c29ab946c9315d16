import { expect, test } from 'vitest';
import { type Fetch, protect } from '../src/index.js';

test('a call that is aborted while it waits never gets to fetch, which may crash on an aborted form', async () => {
  const signals: (AbortSignal | null | undefined)[] = [];
  const counted: Fetch = (_input, init) => {
    signals.push(init?.signal);
    return new Promise(() => {});
  };
  const controller = new AbortController();
  const fetches = protect(counted, { maxInFlight: 1 });
  const call = fetches('http://upstream.test/', {
    method: 'POST',
    body: new FormData(),
    signal: controller.signal,
  });
  controller.abort(new Error('enough'));

  await expect(call).rejects.toThrow('enough');
  expect(signals).toEqual([]);
});

test('a form with a signal that is aborted already never gets to fetch', async () => {
  const fetches = protect(() => expect.unreachable(), { maxInFlight: 1 });
  const init = { method: 'POST', body: new FormData(), signal: AbortSignal.abort(new Error('enough')) };

  await expect(fetches('http://upstream.test/', init)).rejects.toThrow('enough');
});
