import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { finalize, type Observable, tap } from 'rxjs';
import { binding, Call } from './call.js';

/**
 * Tells the gates what a guard cannot see: what a handler threw, and when it is done. Where it throws one of core's refusals,
 * this puts the header fields of that on the response; Nest would leave them out.
 */
@Injectable()
export class HandlingInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const http = context.switchToHttp();
    const call = new Call(http.getRequest(), http.getResponse());
    const exchange = binding.exchangeOf(call);
    const error = (thrown: unknown) => {
      exchange.error = thrown;
      call.showFieldsOf(thrown);
    };
    const handled = next.handle().pipe(tap({ error }));
    if (!exchange.isWatched) return handled;
    let done = (): void => {};
    exchange.handled = new Promise<void>(resolve => (done = resolve));
    return handled.pipe(finalize(() => done()));
  }
}
