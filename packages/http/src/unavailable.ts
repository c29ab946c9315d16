import type { HeaderFields } from '@breaking/core';
import { isThenable, withoutStack } from '@breaking/core/internal';
import type { Refusal } from './binding.js';
import { andThen, type MaybePromise } from './callback.js';
import { addFields } from './headers/fields.js';
import type { RejectWith } from './rateLimitOptions.js';
import { type Rejection, refusal, refusalFields, serviceUnavailable, unavailableRefusal } from './refusal.js';
import type { Exchange } from './request/exchange.js';
import { giveBack, type Visit } from './request/visit.js';

/** How a gate refuses. */
interface Rejecting<Req> {
  readonly rejectWith: RejectWith;
  readonly problem?: ((rejection: Rejection, req: Req) => MaybePromise<unknown>) | undefined;
}

/**
 * Refuses a request with a 503, for gates other than rate limits. The rate limits that it passed refund its tokens.
 * @param what the name of the function whose options these are, at the start of error messages
 * @param errorWith creates the error for `rejectWith: 'error'`
 */
export function unavailable<Req>(
  what: string,
  { rejectWith, problem }: Rejecting<Req>,
  { exchange, req }: { readonly exchange: Exchange; readonly req: Req },
  retryAfterSecs: number,
  errorWith: (fields: HeaderFields) => Error,
): MaybePromise<Refusal | Error> {
  exchange.refusals += 1;
  for (const visit of exchange.visits) giveBackIfPossible(exchange, visit);
  const fields = refusalFields(retryAfterSecs);
  if (rejectWith === 'error') {
    addFields(exchange.visits, fields);
    return withoutStack(() => errorWith(fields));
  }
  if (problem === undefined) return unavailableRefusal(fields);
  const rejection = serviceUnavailable(retryAfterSecs);
  return andThen(problem(rejection, req), value => refusal(what, rejection, value, fields));
}

/** A failing store publishes its error on its own channel. The request is refused in any case. */
function giveBackIfPossible(exchange: Exchange, visit: Visit): void {
  try {
    const refunded = giveBack(visit);
    if (isThenable(refunded)) exchange.waitUntil(refunded.then(undefined, () => {}));
  } catch {
    // As above.
  }
}
