import { isThenable } from '@breaking/core/internal';
import type { Gate, MaybePromise } from '@breaking/http';
import type { WebExchange } from './webExchange.js';

/**
 * Passes a request through gates, in order, until one refuses it. Synchronous if no callback and no store is asynchronous.
 * @returns the response of the gate that refused; undefined if all let it pass
 * @throws (or rejects with) the error of a gate
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

/** @throws TypeError for a rate limit that cannot distinguish clients */
export function checkAddressed(options: { readonly keyOf?: unknown; readonly addressOf?: unknown }): void {
  if (options.keyOf !== undefined || options.addressOf !== undefined) return;
  throw new TypeError('rateLimit: addressOf or keyOf is required, since a Request has no client address');
}
