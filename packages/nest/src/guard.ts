import { ConcurrencyLimitGate } from '@breaking/http';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { admit } from './admit.js';
import { type Call, type CallGate, callOf } from './call.js';
import { HandlerExchange } from './handlerExchange.js';
import { Routes } from './routes.js';

/**
 * Applies the limits and breakers of the module and the decorators to calls of handlers. The module makes it a global guard.
 */
@Injectable()
export class BreakingGuard implements CanActivate {
  /** For Nest only. */
  @Inject(Routes)
  readonly routes!: Routes;

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const gates = this.routes.gatesOf(context.getClass(), context.getHandler());
    if (gates.length === 0) return true;
    const call = callOf(context);
    if (call === undefined) return true;
    checkEnding(gates, call);
    return admit(gates, call);
  }
}

/** @throws TypeError for a call whose end cannot be detected: if a later guard refused it, it would keep its place for ever */
function checkEnding(gates: readonly CallGate[], { exchange }: Call): void {
  const isSure = !(exchange instanceof HandlerExchange) || exchange.carrier !== undefined;
  if (isSure || !gates.some(gate => gate instanceof ConcurrencyLimitGate)) return;
  throw new TypeError(
    'concurrencyLimit does not work for WebSocket messages, and for resolvers only if the context has the response: `context: (req, res) => ({ req, res })`',
  );
}
