import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { admit, Call } from './call.js';
import { Routes } from './routes.js';

/**
 * Lets calls of handlers pass as far as the limits and breakers of the module and the decorators say. The module makes it a
 * global guard.
 */
@Injectable()
export class BreakingGuard implements CanActivate {
  /** Nest's own business. */
  @Inject(Routes)
  readonly routes!: Routes;

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const gates = this.routes.gatesOf(context.getClass(), context.getHandler());
    if (gates.length === 0 || context.getType() !== 'http') return true;
    const http = context.switchToHttp();
    return admit(gates, new Call(http.getRequest(), http.getResponse()));
  }
}
