import type { Refusal } from '@breaking/http';
import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { onPlatform } from './platform.js';
import { RefusedException } from './refusedException.js';

/** Answers refusals as they are: with their own content type and all header fields, and without an entry in the log. */
@Catch(RefusedException)
export class RefusedExceptionFilter implements ExceptionFilter<RefusedException> {
  catch(exception: RefusedException, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const { platform, native } = onPlatform(http.getRequest(), http.getResponse());
    const { headers, body } = exception;
    const status = exception.getStatus() as Refusal['status'];
    if (!platform.isAnswered(native)) platform.send(native, { status, headers, body });
  }
}
