import type { KeyedLimiter } from './keyedContender.js';

/** The last answer, so that the compiler cannot remove calls as unused. */
const kept: { answer: unknown } = { answer: undefined };

/** Decides on the keys from one index to another. @returns how many were allowed */
export type Decisions = (from: number, to: number) => number | Promise<number>;

/**
 * Decisions as a limiter's users make them: awaited only if it returns promises. Decides once on the first key to find that
 * out.
 */
export function decisions(limiter: KeyedLimiter, keyOf: (i: number) => string): Decisions {
  const answer = limiter.decide(keyOf(0));
  if (!(answer instanceof Promise)) return (from, to) => decideNow(limiter, keyOf, from, to);
  answer.catch(() => undefined);
  return (from, to) => decideLater(limiter, keyOf, from, to);
}

function decideNow(limiter: KeyedLimiter, keyOf: (i: number) => string, from: number, to: number): number {
  let allowed = 0;
  for (let i = from; i < to; i++) {
    const answer = limiter.decide(keyOf(i));
    if (limiter.isAllowed(answer)) allowed++;
    kept.answer = answer;
  }
  return allowed;
}

async function decideLater(
  limiter: KeyedLimiter,
  keyOf: (i: number) => string,
  from: number,
  to: number,
): Promise<number> {
  let allowed = 0;
  for (let i = from; i < to; i++) {
    let answer: unknown;
    try {
      answer = await limiter.decide(keyOf(i));
    } catch (refusal) {
      answer = refusal;
    }
    if (limiter.isAllowed(answer)) allowed++;
    kept.answer = answer;
  }
  return allowed;
}

/** Whether one more request of a key is allowed. */
export async function allowsOne(limiter: KeyedLimiter, key: string): Promise<boolean> {
  try {
    return limiter.isAllowed(await limiter.decide(key));
  } catch (refusal) {
    return limiter.isAllowed(refusal);
  }
}
