import { isThenable, withoutStack } from '@breaking/core/internal';
import type { MaybePromise } from '@breaking/http';
import type { Call, CallGate } from './call.js';
import { RefusedException } from './refusedException.js';

/**
 * Takes a call through gates, in their order.
 * @returns true, at once or as a promise, behind the last; a promise that stays pending if something else has answered
 * @throws, or rejects with, a RefusedException, or what belongs on Nest's error path
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
  // Something else has answered. Nest has nothing left to do, and whatever a guard says would make it answer again.
  if (refusal === undefined) return new Promise(() => {});
  const { 'Content-Type': _, ...fields } = refusal.headers;
  call.setHeaders(fields);
  throw withoutStack(() => new RefusedException(refusal));
}
