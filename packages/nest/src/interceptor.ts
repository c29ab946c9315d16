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
 * Tells the gates what a guard cannot see: what a handler threw, and when it is done. Interceptors take Nest as long as all else
 * that it does for a request, so only those handlers have it whose gates want to know.
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

/** How a call that no response tells of has ended: with the status that its error asks for. */
function endingWith(error: unknown) {
  if (error === undefined) return { status: 200, aborted: false };
  return { status: statusOf(error), aborted: false, error };
}

const INTERCEPTED = Symbol.for('breaking.nest.intercepted');

/** Puts the interceptor on a handler: once, however many applications have it. */
export function intercept(prototype: object, handler: { readonly name: string }): void {
  if (Reflect.hasOwnMetadata(INTERCEPTED, handler)) return;
  Reflect.defineMetadata(INTERCEPTED, true, handler);
  UseInterceptors(new HandlingInterceptor())(prototype, handler.name, { value: handler });
}
