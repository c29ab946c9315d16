import { CircuitBreaker, guarded, perMinute, RateLimiter, TooManyRequests } from '@breaking/express';
import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Injectable,
  Module,
  UseGuards,
} from '@nestjs/common';

const breaker = new CircuitBreaker({ name: 'upstream', errorThreshold: 1, timeWindowSecs: 60 });

/** Limits callers, by the user in the request. */
@Injectable()
export class UserLimit implements CanActivate {
  readonly #limiter = new RateLimiter({ limits: { user: perMinute(1) } });

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<{ headers: Record<string, string | undefined> }>();
    const decision = this.#limiter.check(request.headers['x-user'] ?? 'nobody');
    if (!decision.allowed) throw new TooManyRequests(decision);
    return true;
  }
}

@Controller()
export class Service {
  @Get('limited')
  limited(): string {
    return 'ok';
  }

  @UseGuards(UserLimit)
  @Get('guarded')
  guarded(): string {
    return 'ok';
  }

  // The route works wherever `guarded` is among the decorators of a method.
  @guarded(breaker)
  @Get('broken')
  async broken(): Promise<string> {
    throw new Error('The upstream is down.');
  }

  @Get('broken/too')
  @guarded(breaker)
  async brokenToo(): Promise<string> {
    return 'ok';
  }
}

@Module({ controllers: [Service], providers: [UserLimit] })
export class Everything {}
