import {
  BreakingModule,
  type BucketStore,
  CircuitBreaker,
  ConcurrencyLimit,
  InjectLimiter,
  MockClock,
  perMinute,
  RateLimit,
  type RateLimiter,
  SkipRateLimit,
} from '@breaking/nest';
import { Controller, Get, HttpCode, Injectable, Module, NotFoundException, Post } from '@nestjs/common';

@Injectable()
export class Upstream {
  answer(): string {
    throw new Error('The upstream is down.');
  }
}

@Controller()
export class AppController {
  constructor(
    @InjectLimiter('login') private readonly login: RateLimiter<BucketStore>,
    private readonly upstream: Upstream,
  ) {}

  @Get()
  @SkipRateLimit()
  getHello(): string {
    return 'Hello World!';
  }

  @Get('limited')
  limited(): string {
    return 'ok';
  }

  @Post('login')
  @HttpCode(200)
  @RateLimit({ name: 'login', ...perMinute(1), keyOf: () => 'ada' })
  logIn(): string {
    return 'ok';
  }

  @Post('reset')
  @HttpCode(200)
  @RateLimit(false)
  async reset(): Promise<string> {
    await this.login.reset('ada');
    return 'ok';
  }

  @Get('broken')
  @RateLimit(false)
  @CircuitBreaker({ errorThreshold: 1, timeWindowSecs: 60 })
  broken(): string {
    return this.upstream.answer();
  }

  @Get('missing')
  @RateLimit(false)
  @CircuitBreaker({ errorThreshold: 1, timeWindowSecs: 60 })
  missing(): string {
    throw new NotFoundException();
  }

  @Get('busy')
  @RateLimit(false)
  @ConcurrencyLimit({ limit: 1 })
  busy(): string {
    return 'ok';
  }
}

@Module({
  imports: [BreakingModule.forRoot({ rateLimit: { ...perMinute(1), clock: new MockClock() } })],
  controllers: [AppController],
  providers: [Upstream],
})
export class AppModule {}
