import { asCost, type Costs, check } from '@breaking/core/internal';
import type { Settings } from './options.js';

/** What a call counts under, and what each of its attempts takes. */
export interface Asked {
  readonly key: string;
  readonly cost: Costs;
}

/**
 * Asks the callbacks about a request.
 * @param origin the key where no callback says another
 * @throws (rejects with) what a callback throws, and TypeError or RangeError for an answer that is wrong
 */
export async function askedOf(
  { keyOf, costOf, limiter }: Settings,
  asked: Request,
  origin: string,
): Promise<Asked> {
  const key = keyOf ? check.asString('protect: keyOf', await keyOf(asked)) : origin;
  const cost = costOf ? await costOf(asked) : 1;
  asCost('protect: costOf', cost, limiter?.limits ?? []);
  return { key, cost };
}
