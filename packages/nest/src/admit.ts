import { isThenable, withoutStack } from '@breaking/core/internal';
import type { MaybePromise } from '@breaking/http';
import type { Call, CallGate } from './call.js';
import { RefusedException } from './refusedException.js';

/**
 * Passes a call through gates, in order.
 * @returns true, at once or as a promise, if all let it pass; a promise that stays pending if something else has sent a
 *   response
 * @throws (or rejects with) a RefusedException, or another error for Nest's error path
 */
export function admit(gates: readonly CallGate[], call: Call): true | Promise<true> {
  for (const [i, gate] of gates.entries()) {
    let isAdmitted: MaybePromise<boolean>;
    try {
      isAdmitted = gate.admit(call);
    } catch (error) {
      call.showFieldsOf(error);
      throw error;
    }
    if (isThenable(isAdmitted)) return admitLater(isAdmitted, gates.slice(i + 1), call);
    if (!isAdmitted) return refuse(call);
  }
  return true;
}

async function admitLater(isAdmitted: PromiseLike<boolean>, behind: readonly CallGate[], call: Call) {
  const admitted = await isAdmitted.then(undefined, error => {
    call.showFieldsOf(error);
    throw error;
  });
  return admitted ? admit(behind, call) : refuse(call);
}

function refuse(call: Call): Promise<never> {
  const { refusal } = call;
  // Something else has sent a response. Any result of the guard would make Nest send another one.
  if (refusal === undefined) return new Promise(() => {});
  const { 'Content-Type': _, ...fields } = refusal.headers;
  call.setHeaders(fields);
  throw withoutStack(() => new RefusedException(refusal));
}
