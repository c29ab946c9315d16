import { isThenable } from '@breaking/core/internal';
import type { Gate, MaybePromise } from '@breaking/http';
import type { WebExchange } from './webExchange.js';

/**
 * Takes a request through gates, in their order, as far as they let it pass: at once, as long as no callback and no store is
 * asynchronous.
 * @returns the answer of the one that has refused it; undefined behind the last one
 * @throws, or rejects with, the error of a gate
 */
export function refusalBy<X extends WebExchange, Req>(
  gates: readonly Gate<X, Req>[],
  x: X,
  first = 0,
): MaybePromise<Response | undefined> {
  for (let i = first; i < gates.length; i++) {
    const isAdmitted = gates[i]?.admit(x) ?? true;
    if (isThenable(isAdmitted)) {
      return isAdmitted.then(yes => (yes ? refusalBy(gates, x, i + 1) : x.refusal));
    }
    if (!isAdmitted) return x.refusal;
  }
  return undefined;
}

/** @throws TypeError for a rate limit that cannot tell clients apart */
export function checkAddressed(options: { readonly keyOf?: unknown; readonly addressOf?: unknown }): void {
  if (options.keyOf !== undefined || options.addressOf !== undefined) return;
  throw new TypeError('rateLimit: addressOf or keyOf is required, since a Request has no client address');
}
