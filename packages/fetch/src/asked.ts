import { asCost, type Costs, check } from '@breaking/core/internal';
import type { Settings } from './options.js';

/** The key of a call, and the tokens that each attempt takes. */
export interface Asked {
  readonly key: string;
  readonly cost: Costs;
}

/**
 * Calls the callbacks with a request.
 * @param origin the key if there is no `keyOf`
 * @throws (rejects with) what a callback throws, and TypeError or RangeError for a wrong result
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
