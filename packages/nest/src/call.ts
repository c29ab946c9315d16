import type { HeaderFields } from '@breaking/core';
import { isThenable, withoutStack } from '@breaking/core/internal';
import type { Binding, Gate, MaybePromise, Refusal } from '@breaking/http';
import { type OnPlatform, onPlatform } from './platform.js';
import { RefusedException } from './refusedException.js';
import type { NestRequest } from './request.js';

/** A request on its way through gates. A guard cannot answer it: it keeps the refusal, to be thrown. */
export class Call {
  readonly at: OnPlatform;
  refusal: Refusal | undefined;

  constructor(req: unknown, res: unknown) {
    this.at = onPlatform(req, res);
  }

  /** Puts the fields of a refusal that is thrown as core's own error on the response. Other errors are none of its business. */
  showFieldsOf(error: unknown): void {
    const { code, headers } = (error ?? {}) as { readonly code?: unknown; readonly headers?: HeaderFields };
    if (typeof code === 'string' && code.startsWith('BREAKING_') && headers !== undefined)
      this.setHeaders(headers);
  }

  /** Puts header fields on the response, where whatever answers keeps them. */
  setHeaders(headers: HeaderFields): void {
    const { platform, native } = this.at;
    if (platform.isAnswered(native)) return;
    for (const [name, value] of Object.entries(headers)) platform.setHeader(native, name, value);
  }
}

export type CallGate = Gate<Call, NestRequest>;

/** What the gates have to know of Nest: all of it is the platform's, but that refusals are thrown. */
export const binding: Binding<Call, NestRequest> = {
  tellsHandled: true,
  requestOf: ({ at }) => at.platform.requestOf(at.native),
  exchangeOf: ({ at }) => at.platform.exchangeOf(at.native),
  incomingOf: ({ at }) => at.platform.incomingOf?.(at.native) ?? {},
  addressOf: ({ at }) => at.platform.addressOf(at.native),
  trustsAnyClient: ({ at }) => at.platform.trustsAnyClient(at.native),
  trustsSomeProxy: ({ at }) => at.platform.trustsSomeProxy?.(at.native) ?? false,
  isAnswered: ({ at }) => at.platform.isAnswered(at.native),
  setHeader: ({ at }, name, value) => at.platform.setHeader(at.native, name, value),
  setDecision: ({ at }, decision) => at.platform.setDecision(at.native, decision),
  send(call, refusal) {
    call.refusal = refusal;
  },
};

/**
 * Takes a request through gates, in their order.
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
