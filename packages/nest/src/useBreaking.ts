import { applyDecorators, UseFilters, UseGuards, UseInterceptors } from '@nestjs/common';
import { RefusedExceptionFilter } from './filter.js';
import { BreakingGuard } from './guard.js';
import { HandlingInterceptor } from './interceptor.js';

/**
 * For WebSocket gateways, for which global guards do not run: applies the limits and breakers of the module and the
 * decorators to messages, and reports a refusal to the client by the event `exception`.
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
