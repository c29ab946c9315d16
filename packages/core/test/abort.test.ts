import { getEventListeners, once } from 'node:events';
import { expect, test } from 'vitest';
import { whenAborted } from '../src/base/abort.js';
import { breakerOf } from './breakerTools.js';

const listenersOf = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

test('all callbacks on one signal share one listener, which is removed with the last callback', () => {
  const { signal } = new AbortController();
  const stops = Array.from({ length: 100 }, () => whenAborted(signal, () => {}));
  expect(listenersOf(signal)).toBe(1);
  for (const stop of stops.slice(1)) stop();
  expect(listenersOf(signal)).toBe(1);
  stops[0]?.();
  expect(listenersOf(signal)).toBe(0);
});

test('every callback is called once and in order, except those that were removed', () => {
  const controller = new AbortController();
  const { signal } = controller;
  const heard: string[] = [];
  const stopLast = whenAborted(signal, () => heard.push('last'));
  whenAborted(signal, () => heard.push('a'));
  const stopB = whenAborted(signal, () => heard.push('b'));
  stopB();
  stopB();
  whenAborted(signal, () => {
    heard.push('c');
    stopLast();
  });
  controller.abort();
  expect(heard).toEqual(['last', 'a', 'c']);
  expect(listenersOf(signal)).toBe(0);
});

test('a callback can remove another one before its turn', () => {
  const controller = new AbortController();
  const heard: string[] = [];
  whenAborted(controller.signal, () => stop());
  const stop = whenAborted(controller.signal, () => heard.push('stopped'));
  controller.abort();
  expect(heard).toEqual([]);
});

test('one callback can be added twice and removed once', () => {
  const controller = new AbortController();
  let calls = 0;
  const count = () => {
    calls += 1;
  };
  whenAborted(controller.signal, count);
  whenAborted(controller.signal, count);
  whenAborted(controller.signal, count)();
  controller.abort();
  expect(calls).toBe(2);
});

test('a signal works again after all its callbacks were removed', () => {
  const controller = new AbortController();
  const heard: string[] = [];
  whenAborted(controller.signal, () => heard.push('first'))();
  whenAborted(controller.signal, () => heard.push('second'));
  controller.abort();
  expect(heard).toEqual(['second']);
});

test('100 concurrent calls with one signal, through several breakers, cause no leak warning', async () => {
  const breakers = Array.from({ length: 20 }, () => breakerOf().breaker);
  const controller = new AbortController();
  const { signal } = controller;
  const warnings: Error[] = [];
  const hear = (warning: Error) => warnings.push(warning);
  process.on('warning', hear);
  const hang = (own: AbortSignal) => once(own, 'abort').then(() => Promise.reject(own.reason));
  const calls = breakers.flatMap(breaker =>
    Array.from({ length: 5 }, () => breaker.run(hang, { signal, timeoutSecs: 60 })),
  );
  expect(listenersOf(signal)).toBe(1);
  controller.abort(new Error('enough'));
  const ended = await Promise.allSettled(calls);
  expect(ended.every(({ status }) => status === 'rejected')).toBe(true);
  // Node emits warnings in a later turn.
  await new Promise(setImmediate);
  process.off('warning', hear);
  expect(warnings).toEqual([]);
});
