import { isWatched, recordError, recordHandling } from '@breaking/http';
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
    const outgoing = binding.outgoingOf(call);
    const error = (thrown: unknown) => {
      if (isWatched(outgoing)) recordError(outgoing, thrown);
      call.showFieldsOf(thrown);
    };
    const handled = next.handle().pipe(tap({ error }));
    if (!isWatched(outgoing)) return handled;
    let done = (): void => {};
    recordHandling(outgoing, new Promise<void>(resolve => (done = resolve)));
    return handled.pipe(finalize(() => done()));
  }
}
