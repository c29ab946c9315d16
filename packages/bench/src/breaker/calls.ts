import type { Calls } from '../timing.js';

/** The last result, so that the compiler cannot remove calls as unused. */
const kept: { answer: unknown } = { answer: undefined };

export function callsNow(call: () => unknown): Calls {
  return (from, to) => {
    let sum = 0;
    for (let i = from; i < to; i++) {
      try {
        sum += call() as number;
      } catch (refusal) {
        kept.answer = refusal;
      }
    }
    kept.answer = sum;
  };
}

export function callsAwaited(call: () => unknown): Calls {
  return async (from, to) => {
    let sum = 0;
    for (let i = from; i < to; i++) {
      try {
        sum += (await call()) as number;
      } catch (refusal) {
        kept.answer = refusal;
      }
    }
    kept.answer = sum;
  };
}
