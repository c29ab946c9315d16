import { isThenable } from '@breaking/core';
import type { Binding, Gate, MaybePromise, Refusal } from '@breaking/http';
import type { NextFunction, Request, Response } from 'express';

/** An address and a distance from which no real proxy speaks: who trusts it trusts anyone. (192.0.2.0/24: RFC 5737) */
const NOBODYS_PROXY = ['192.0.2.1', 1000] as const;

export const binding: Binding<Response, Request> = {
  requestOf: res => res.req,
  incomingOf: res => res.req,
  outgoingOf: res => res,
  addressOf: res => res.req.ip,
  trustsAnyClient: res => res.app.get('trust proxy fn')(...NOBODYS_PROXY),
  setHeader: (res, name, value) => void res.setHeader(name, value),
  setDecision: (res, decision) => {
    res.req.rateLimit = decision;
  },
};

/** Goes on where the gate lets the request pass, else answers; errors go on Express's error path. */
export function pass(gate: Gate<Response>, res: Response, next: NextFunction): void {
  let refusal: MaybePromise<Refusal | undefined>;
  try {
    refusal = gate.admit(res);
  } catch (error) {
    next(error);
    return;
  }
  if (isThenable(refusal)) refusal.then(settled => follow(settled, res, next), next);
  else follow(refusal, res, next);
}

function follow(refusal: Refusal | undefined, res: Response, next: NextFunction): void {
  if (refusal === undefined) {
    next();
    return;
  }
  if (res.headersSent) return;
  const { status, headers, body } = refusal;
  res.status(status).set(headers);
  // Not `send`: it would add a charset and an ETag.
  res.setHeader('Content-Length', Buffer.byteLength(body));
  res.end(body);
}
