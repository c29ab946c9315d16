import type { KeyedLimiter } from './keyedContender.js';
import type { Order } from './keys.js';

/** Where the last answer goes, so that no compiler may find it unused. */
const kept: { answer: unknown } = { answer: undefined };

/**
 * Decides on the keys of an order from one position to another, where position `order.length` (a power of two) is the
 * first again. Tells how many were allowed.
 */
export type Decisions = (from: number, to: number) => number | Promise<number>;

/** Decisions as the limiter's users make them: awaited only if it answers with promises. Asks once to find that out. */
export function decisions(limiter: KeyedLimiter, keys: readonly string[], order: Order): Decisions {
  const answer = limiter.decide(keys[order[0] as number] as string);
  if (!(answer instanceof Promise)) return (from, to) => decideNow(limiter, keys, order, from, to);
  answer.catch(() => undefined);
  return (from, to) => decideLater(limiter, keys, order, from, to);
}

function decideNow(
  limiter: KeyedLimiter,
  keys: readonly string[],
  order: Order,
  from: number,
  to: number,
): number {
  const last = order.length - 1;
  let allowed = 0;
  for (let i = from; i < to; i++) {
    const answer = limiter.decide(keys[order[i & last] as number] as string);
    if (limiter.isAllowed(answer)) allowed++;
    kept.answer = answer;
  }
  return allowed;
}

async function decideLater(
  limiter: KeyedLimiter,
  keys: readonly string[],
  order: Order,
  from: number,
  to: number,
): Promise<number> {
  const last = order.length - 1;
  let allowed = 0;
  for (let i = from; i < to; i++) {
    let answer: unknown;
    try {
      answer = await limiter.decide(keys[order[i & last] as number] as string);
    } catch (refusal) {
      answer = refusal;
    }
    if (limiter.isAllowed(answer)) allowed++;
    kept.answer = answer;
  }
  return allowed;
}
