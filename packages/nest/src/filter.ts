import { STATUS_CODES } from 'node:http';
import { Overloaded, StoreUnavailable, TooManyErrors, TooManyRequests } from '@breaking/core';
import { check } from '@breaking/core/internal';
import type { Refusal } from '@breaking/http';
import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { httpRequest } from './carrier.js';
import { RefusedException } from './refusedException.js';

type CoreRefusal = TooManyRequests | TooManyErrors | Overloaded | StoreUnavailable;

/**
 * Answers refusals with their own content type and all header fields, and without an entry in the log. Core's errors, from
 * services or from gates with `rejectWith: 'error'`, become problems too; Nest would leave out their `Retry-After`.
 */
@Catch(RefusedException, TooManyRequests, TooManyErrors, Overloaded, StoreUnavailable)
export class RefusedExceptionFilter implements ExceptionFilter<RefusedException | CoreRefusal> {
  /** @returns in GraphQL the exception, which becomes an error of the result */
  catch(refusal: RefusedException | CoreRefusal, host: ArgumentsHost): Error | undefined {
    const type = host.getType<string>();
    if (type === 'graphql') return refusal;
    const exception = 'getStatus' in refusal ? refusal : new RefusedException(refusalOf(refusal));
    if (type === 'ws') tell(host.switchToWs().getClient(), exception);
    else if (type === 'http') answer(host, exception);
    return undefined;
  }
}

function refusalOf({ status, headers }: CoreRefusal): Refusal {
  const problem = { type: 'about:blank', title: STATUS_CODES[status], status };
  const fields = { ...headers, 'Content-Type': 'application/problem+json' };
  return { status, headers: fields, body: JSON.stringify(problem) };
}

function answer(host: ArgumentsHost, exception: RefusedException): void {
  const http = host.switchToHttp();
  const { binding, native } = httpRequest(http.getRequest(), http.getResponse());
  if (binding.isAnswered(native)) return;
  const { headers, body } = exception;
  binding.send(native, { status: exception.getStatus() as Refusal['status'], headers, body });
}

/** Sends an exception to a client of a gateway as Nest does, by the event `exception`. */
function tell(client: unknown, exception: RefusedException): void {
  const { message, retryAfterSecs } = exception;
  const data = { status: 'error', message, retryAfterSecs, problem: exception.getResponse() };
  const { handshake, emit, send } = client as Record<string, unknown>;
  if (handshake !== undefined && typeof emit === 'function') emit.call(client, 'exception', data);
  else if (typeof send === 'function') send.call(client, JSON.stringify({ event: 'exception', data }));
  else
    throw new TypeError(
      `@breaking/nest supports the sockets of ws and Socket.IO, got ${check.shown(client)}`,
    );
}
