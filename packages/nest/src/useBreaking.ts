import { applyDecorators, UseFilters, UseGuards, UseInterceptors } from '@nestjs/common';
import { RefusedExceptionFilter } from './filter.js';
import { BreakingGuard } from './guard.js';
import { HandlingInterceptor } from './interceptor.js';

/**
 * For gateways of WebSockets, which global guards do not reach: lets messages pass as far as the limits and breakers of the
 * module and the decorators say, and tells a client of a refusal by the event `exception`.
 *
 * @example
 * @UseBreaking()
 * @RateLimit(perSecond(5))
 * @WebSocketGateway()
 * class Chat {}
 */
export function UseBreaking(): ClassDecorator & MethodDecorator {
  return applyDecorators(
    UseGuards(BreakingGuard),
    UseInterceptors(HandlingInterceptor),
    UseFilters(RefusedExceptionFilter),
  );
}
