import { statusOf } from '@breaking/http';
import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import { finalize, type Observable, tap } from 'rxjs';
import { callOf } from './call.js';
import { HandlerExchange } from './handlerExchange.js';

/**
 * Reports to the gates what a guard cannot see: what a handler threw, and when it has ended. An interceptor takes Nest as
 * long as everything else in a request, so it is added only to handlers with gates that need it.
 */
@Injectable()
export class HandlingInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const call = callOf(context);
    if (call === undefined) return next.handle();
    const { exchange } = call;
    const error = (thrown: unknown) => {
      exchange.error = thrown;
    };
    const handled = next.handle().pipe(tap({ error }));
    if (!exchange.isWatched) return handled;
    let done = (): void => {};
    exchange.handled = new Promise<void>(resolve => (done = resolve));
    return handled.pipe(
      finalize(() => {
        if (exchange instanceof HandlerExchange) exchange.finish(endingWith(exchange.error));
        done();
      }),
    );
  }
}

/** How a call without a response has ended: the status is the one that its error has. */
function endingWith(error: unknown) {
  if (error === undefined) return { status: 200, aborted: false };
  return { status: statusOf(error), aborted: false, error };
}

const INTERCEPTED = Symbol.for('breaking.nest.intercepted');

/** Adds the interceptor to a handler: once, even if several applications use it. */
export function intercept(prototype: object, handler: { readonly name: string }): void {
  if (Reflect.hasOwnMetadata(INTERCEPTED, handler)) return;
  Reflect.defineMetadata(INTERCEPTED, true, handler);
  UseInterceptors(new HandlingInterceptor())(prototype, handler.name, { value: handler });
}
