import { MockClock } from '@breaking/core';
import type { Outcome } from '@breaking/http';
import { turn } from '@breaking/testkit';
import { guard } from '@breaking/web';
import { describe, expect, test } from 'vitest';

/** A handler that returns this response behind a limit of one, and the outcomes of requests. */
function answering(make: () => Response, init: RequestInit = {}) {
  const outcomes: Outcome[] = [];
  const handler = guard(make, {
    concurrencyLimit: { limit: 1 },
    circuitBreaker: {
      errorThreshold: 9,
      timeWindowSecs: 60,
      clock: new MockClock(),
      isFailure: outcome => outcomes.push(outcome) === 0,
    },
  });
  const ask = () => handler(new Request('http://localhost/', init));
  return { ask, outcomes, inFlight: () => handler.concurrency?.get().inFlight };
}

/** A source that records how often it was read, and whether it was cancelled. */
function source(chunks = 3, breaksWith?: Error) {
  const told = { pulls: 0, cancelled: undefined as unknown };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        told.pulls++;
        if (told.pulls <= chunks) controller.enqueue(new Uint8Array([told.pulls]));
        else if (breaksWith !== undefined) controller.error(breaksWith);
        else controller.close();
      },
      cancel(reason) {
        told.cancelled = reason;
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, told };
}

const SUCCESS = { status: 200, aborted: false, durationSecs: 0 };

describe('a request ends', () => {
  test.each([
    ['whose answer has no body', () => new Response(null), {}, 200],
    ['of 204', () => new Response(null, { status: 204 }), {}, 204],
    ['of 304', () => new Response(null, { status: 304 }), {}, 304],
    ['of HEAD', () => new Response('text'), { method: 'HEAD' }, 200],
  ])('at once, %s', async (_what, make, init, status) => {
    const { ask, outcomes, inFlight } = answering(make, init);
    await ask();
    expect(outcomes).toEqual([{ ...SUCCESS, status }]);
    expect(inFlight()).toBe(0);
  });

  test('when its body was read to the end', async () => {
    const { ask, outcomes, inFlight } = answering(() => new Response('text'));
    const answer = await ask();
    expect([inFlight(), outcomes]).toEqual([1, []]);
    expect(await answer.text()).toBe('text');
    expect([inFlight(), outcomes]).toEqual([0, [SUCCESS]]);
  });

  test('when its body is cancelled, as an abort; the reason reaches the source', async () => {
    const { stream, told } = source();
    const { ask, outcomes, inFlight } = answering(() => new Response(stream));
    await (await ask()).body?.cancel('enough');
    expect([told.cancelled, inFlight(), outcomes]).toEqual([
      'enough',
      0,
      [{ aborted: true, durationSecs: 0 }],
    ]);
  });

  test('when its body fails, with the error, which the reader gets too', async () => {
    const error = new Error('broken');
    const { stream } = source(1, error);
    const { ask, outcomes } = answering(() => new Response(stream));
    await expect((await ask()).text()).rejects.toBe(error);
    expect(outcomes).toEqual([{ aborted: false, durationSecs: 0, error }]);
  });

  test('when its signal aborts: before the answer, and with a body that nobody reads', async () => {
    for (const make of [() => new Promise<never>(() => {}), () => new Response('text')]) {
      const left = new AbortController();
      const { ask, outcomes, inFlight } = answering(make as () => Response, { signal: left.signal });
      void ask();
      await turn();
      expect(inFlight()).toBe(1);
      left.abort();
      expect([inFlight(), outcomes]).toEqual([0, [{ aborted: true, durationSecs: 0 }]]);
    }
  });

  test('once, whatever happens later', async () => {
    const left = new AbortController();
    const { ask, outcomes } = answering(() => new Response('text'), { signal: left.signal });
    await (await ask()).text();
    left.abort();
    expect(outcomes).toEqual([SUCCESS]);
  });

  test('with the source, if its response is cloned', async () => {
    const { stream, told } = source();
    const { ask, outcomes, inFlight } = answering(() => new Response(stream));
    const answer = await ask();
    const clone = answer.clone();
    const bytes = [...new Uint8Array(await clone.arrayBuffer())];
    expect([bytes, told.pulls, inFlight(), outcomes]).toEqual([[1, 2, 3], 4, 0, [SUCCESS]]);
    expect([...new Uint8Array(await answer.arrayBuffer())]).toEqual([1, 2, 3]);
  });

  test('with the other branch, if one branch of a body is cancelled', async () => {
    const { stream, told } = source();
    const { ask, inFlight } = answering(() => new Response(stream));
    const [one, other] = (await ask()).body?.tee() ?? [];
    const cancelled = one?.cancel('one');
    expect([told.cancelled, inFlight()]).toEqual([undefined, 1]);
    await Promise.all([cancelled, other?.cancel('other')]);
    expect([told.cancelled, inFlight()]).toEqual([['one', 'other'], 0]);
  });
});

test('a body is pulled a chunk at a time, when it is asked for', async () => {
  const { stream, told } = source();
  const { ask } = answering(() => new Response(stream));
  const reader = (await ask()).body?.getReader();
  await turn();
  expect(told.pulls).toBe(0);
  for (const chunk of [1, 2, 3]) {
    expect((await reader?.read())?.value).toEqual(new Uint8Array([chunk]));
    await turn();
    expect(told.pulls).toBe(chunk);
  }
});
