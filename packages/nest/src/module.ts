import { ConfigurableModuleBuilder, type DynamicModule, Global, Module, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, ModulesContainer } from '@nestjs/core';
import { RefusedExceptionFilter } from './filter.js';
import { BreakingGuard } from './guard.js';
import { BreakingHandles } from './handles.js';
import { limiterTokens } from './injectLimiter.js';
import type { BreakingOptions } from './options.js';
import { Routes } from './routes.js';
import { routesOf } from './scan.js';

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<BreakingOptions>()
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createBreakingOptions')
    .build();

/** The options of `forRootAsync`: `useFactory` with `inject`, `useClass` or `useExisting`, and `imports` for them. */
export type BreakingAsyncOptions = typeof ASYNC_OPTIONS_TYPE;

/**
 * Rate limits, circuit breakers and concurrency limits for all handlers of an application, by a global guard. Import it once,
 * in the root module.
 *
 * @example
 * imports: [BreakingModule.forRoot({ rateLimit: perMinute(100) })]
 */
@Global()
@Module({
  providers: [
    {
      provide: Routes,
      useFactory: routesOf,
      inject: [MODULE_OPTIONS_TOKEN, ModulesContainer],
    },
    { provide: BreakingHandles, useFactory: ({ handles }: Routes) => handles, inject: [Routes] },
    BreakingGuard,
    { provide: APP_GUARD, useExisting: BreakingGuard },
    { provide: APP_FILTER, useClass: RefusedExceptionFilter },
  ],
  exports: [Routes, BreakingHandles, BreakingGuard],
})
// biome-ignore lint/complexity/noStaticOnlyClass: modules of Nest are classes.
export class BreakingModule {
  /** @param options the gates of each handler, unless its decorators or those of its class set others */
  static forRoot(options: BreakingOptions = {}): DynamicModule {
    return withLimiters(ConfigurableModuleClass.forRoot(options));
  }

  /** Like `forRoot`, with options that are computed from injected values. */
  static forRootAsync(options: BreakingAsyncOptions): DynamicModule {
    return withLimiters(ConfigurableModuleClass.forRootAsync(options));
  }
}

/** Provides the limiters that are injected somewhere. Nest reads the list after all classes have been decorated. */
function withLimiters({ imports = [], providers = [] }: DynamicModule): DynamicModule {
  return {
    module: BreakingModule,
    imports,
    get providers() {
      return [...providers, ...[...limiterTokens()].map(limiterProvider)];
    },
    get exports() {
      return [...limiterTokens().values()];
    },
  };
}

/** The provider of a limiter. If only another application of this process has it, the value is undefined. */
function limiterProvider([name, token]: readonly [name: string, token: string]): Provider {
  return {
    provide: token,
    useFactory: ({ handles }: Routes) => handles.limits.get(name),
    inject: [Routes],
  };
}
