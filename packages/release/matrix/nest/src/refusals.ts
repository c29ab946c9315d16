import { TooManyErrors, TooManyRequests } from '@breaking/express';
import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';

/** Answers with the status and header fields of Breaking's errors. Nest's own filter would leave out the fields. */
@Catch(TooManyRequests, TooManyErrors)
export class Refusals implements ExceptionFilter<TooManyRequests | TooManyErrors> {
  readonly #host: HttpAdapterHost;

  constructor(host: HttpAdapterHost) {
    this.#host = host;
  }

  catch({ status, headers, message }: TooManyRequests | TooManyErrors, host: ArgumentsHost): void {
    const { httpAdapter } = this.#host;
    const response = host.switchToHttp().getResponse();
    for (const [name, value] of Object.entries(headers)) httpAdapter.setHeader(response, name, value);
    httpAdapter.reply(response, { statusCode: status, message }, status);
  }
}
