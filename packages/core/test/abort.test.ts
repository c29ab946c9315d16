import { getEventListeners, once } from 'node:events';
import { expect, test } from 'vitest';
import { whenAborted } from '../src/base/abort.js';
import { breakerOf } from './breakerTools.js';

const listenersOf = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

test('any number that wait for one signal are one listener of it, gone once nobody waits', () => {
  const { signal } = new AbortController();
  const stops = Array.from({ length: 100 }, () => whenAborted(signal, () => {}));
  expect(listenersOf(signal)).toBe(1);
  for (const stop of stops.slice(1)) stop();
  expect(listenersOf(signal)).toBe(1);
  stops[0]?.();
  expect(listenersOf(signal)).toBe(0);
});

test('all that wait are called back once, in order; whoever stopped is not', () => {
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

test('one that stops another while they are called back keeps it from being called', () => {
  const controller = new AbortController();
  const heard: string[] = [];
  whenAborted(controller.signal, () => stop());
  const stop = whenAborted(controller.signal, () => heard.push('stopped'));
  controller.abort();
  expect(heard).toEqual([]);
});

test('the same callback can wait twice, and stop once', () => {
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

test('a signal that one has stopped waiting for can be waited for again', () => {
  const controller = new AbortController();
  const heard: string[] = [];
  whenAborted(controller.signal, () => heard.push('first'))();
  whenAborted(controller.signal, () => heard.push('second'));
  controller.abort();
  expect(heard).toEqual(['second']);
});

test('100 calls at once with one signal, through several breakers, warn of no leak', async () => {
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
  // Warnings are told in a later turn.
  await new Promise(setImmediate);
  process.off('warning', hear);
  expect(warnings).toEqual([]);
});
