import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const PACKAGES = fileURLToPath(new URL('../../', import.meta.url));

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, unknown>>;
}

/** Every module that users can import, by its specifier, with its source. */
function publicModules(): [specifier: string, source: string][] {
  const modules: [string, string][] = [];
  for (const folder of readdirSync(PACKAGES)) {
    if (!existsSync(`${PACKAGES}${folder}/package.json`)) continue;
    const manifest = JSON.parse(readFileSync(`${PACKAGES}${folder}/package.json`, 'utf8')) as Manifest;
    if (manifest.private) continue;
    for (const [subpath, target] of Object.entries(manifest.exports ?? {})) {
      if (subpath === './package.json' || subpath === './internal') continue;
      const [, built = ''] = /"\.\/dist\/([^"]+)\.js"/.exec(JSON.stringify(target)) ?? [];
      modules.push([manifest.name + subpath.slice(1), `${PACKAGES}${folder}/src/${built}.ts`]);
    }
  }
  return modules;
}

/** The names that a module exports, including types, in order; `* of x` if it re-exports all names of x. */
function exportedBy(source: string): string[] {
  const text = readFileSync(source, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
  const lists = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list = '']) =>
    list.split(','),
  );
  const named = lists.map(each =>
    each
      .trim()
      .replace(/^type /, '')
      .replace(/^.* as /, ''),
  );
  const declared = [
    ...text.matchAll(
      /^export (?:default )?(?:declare )?(?:abstract )?(?:async )?(?:class|const|function\*?|interface|type|enum) (\w+)/gm,
    ),
  ];
  const passedOn = [...text.matchAll(/^export \* from '([^']+)'/gm)].map(([, from]) => `* of ${from}`);
  return [...named, ...declared.map(([, name]) => name as string), ...passedOn]
    .filter(name => name !== '')
    .sort();
}

/**
 * What users may name. A name here is a promise: it is kept until the next major version, it has a docstring, and the
 * README of its package or a page linked from there explains it. Names that only our own packages need belong in
 * `/internal`.
 */
const NAMES: Readonly<Record<string, string>> = {
  '@breaking/core': `
    Allowed
    BucketPolicy
    BucketStore
    CallMessage
    CallOutcome
    CircuitBreaker
    CircuitBreakerGroup
    CircuitBreakerGroupOptions
    CircuitBreakerOptions
    CircuitState
    Clock
    ConcurrencyLimiter
    ConcurrencyLimiterGroup
    ConcurrencyLimiterGroupOptions
    ConcurrencyLimiterOptions
    ConcurrencyMessage
    Decision
    DecisionMessage
    DecisionSource
    DenyCacheBucketStore
    DenyCacheOptions
    ErrorType
    FailoverBucketStore
    FailoverOptions
    GuardedDecorator
    HeaderFields
    LeaseBucketStore
    LeaseOptions
    Limit
    LimitState
    Limits
    Lockout
    MemoryBucketStore
    MockClock
    MonotonicClock
    OnStoreError
    Overloaded
    Permit
    RateLimiter
    RateLimiterOptions
    Refused
    Reservation
    Reservations
    ReserveOptions
    RunOptions
    StoreErrorMessage
    StoreUnavailable
    TimeoutError
    TokenBucket
    TooManyErrors
    TooManyRequests
    TransitionMessage
    TransitionReason
    WaitOptions
    Want
    addressKey
    allThere
    cappedDebt
    debtAt
    decided
    guarded
    perDay
    perHour
    perMinute
    perSecond
    sourceOf
    sourced
  `,
  '@breaking/dashboard/express': `
    Authorize
    DashboardHandler
    DashboardOptions
    ExpressRequest
    dashboard
  `,
  '@breaking/dashboard/fastify': `
    Authorize
    DashboardOptions
    DashboardPlugin
    FastifyRequest
    dashboard
  `,
  '@breaking/dashboard/koa': `
    Authorize
    DashboardMiddleware
    DashboardOptions
    KoaContext
    KoaDashboardOptions
    dashboard
  `,
  '@breaking/express': `
    * of @breaking/core
    CircuitBreakerHandler
    CircuitBreakerOptions
    ConcurrencyLimitOptions
    GateHandler
    HeaderFormat
    Outcome
    OwnBody
    Problem
    ProblemBody
    RateLimitHandler
    RateLimitOptions
    RateLimitSettings
    RejectWith
    Rejection
    circuitBreaker
    concurrencyLimit
    rateLimit
  `,
  '@breaking/fastify': `
    * of @breaking/core
    BreakingOptions
    CircuitBreakerHook
    CircuitBreakerOptions
    ConcurrencyLimitOptions
    GateHook
    Handles
    HeaderFormat
    Outcome
    OwnBody
    Problem
    ProblemBody
    RateLimitHook
    RateLimitOptions
    RateLimitSettings
    RejectWith
    Rejection
    breaking
    default
  `,
  '@breaking/fetch': `
    * of @breaking/core
    AttemptMessage
    Fetch
    MaybePromise
    ProtectOptions
    ProtectedFetch
    RetryOptions
    protect
  `,
  '@breaking/fetch/undici': `
    DispatchOptions
    DispatchedRequest
    ProtectInterceptor
    protect
  `,
  '@breaking/http': `
    Binding
    Callback
    CircuitBreakerGate
    CircuitBreakerGateOptions
    ConcurrencyLimitGate
    ConcurrencyLimitGateOptions
    Ending
    Exchange
    Gate
    HeaderFormat
    Incoming
    Key
    LockoutOptions
    MaybePromise
    Outcome
    Outgoing
    OwnBody
    Problem
    ProblemBody
    RateLimitGate
    RateLimitOptions
    RateLimitSettings
    Refusal
    RejectWith
    Rejection
    isWatched
    nodeExchange
    optionsAlone
    pass
    recordError
    recordHandling
    statusOf
  `,
  '@breaking/koa': `
    * of @breaking/core
    CircuitBreakerMiddleware
    CircuitBreakerOptions
    ConcurrencyLimitOptions
    HeaderFormat
    Outcome
    OwnBody
    Problem
    ProblemBody
    RateLimitMiddleware
    RateLimitOptions
    RateLimitSettings
    RateLimitState
    RejectWith
    Rejection
    circuitBreaker
    concurrencyLimit
    rateLimit
  `,
  '@breaking/metrics/otel': `
    ObserveOptions
    observe
  `,
  '@breaking/metrics/prometheus': `
    collectInto
  `,
  '@breaking/nest': `
    * of @breaking/core
    BreakingAsyncOptions
    BreakingGuard
    BreakingHandles
    BreakingModule
    BreakingOptions
    CircuitBreaker
    CircuitBreakerOptions
    ConcurrencyLimit
    ConcurrencyLimitOptions
    GateDecorator
    HeaderFormat
    InjectLimiter
    NestRequest
    Outcome
    OwnBody
    Problem
    ProblemBody
    RateLimit
    RateLimitOptions
    RateLimitSettings
    RefusedException
    RefusedExceptionFilter
    RejectWith
    Rejection
    SkipRateLimit
    UseBreaking
    getLimiterToken
  `,
  '@breaking/plan': `
    FrontierOptions
    FrontierPoint
    PlanEvent
    PlanReport
    RecordOptions
    Recording
    ReplayOptions
    Replayed
    Suggestion
    frontier
    record
    replay
  `,
  '@breaking/redis': `
    IoredisClient
    NodeRedisClient
    RedisBucketStore
    RedisBucketStoreOptions
    RedisClient
  `,
  '@breaking/hono': `
    * of @breaking/core
    CircuitBreakerMiddleware
    CircuitBreakerOptions
    ConcurrencyLimitOptions
    HeaderFormat
    Outcome
    OwnBody
    Problem
    ProblemBody
    RateLimitMiddleware
    RateLimitOptions
    RateLimitSettings
    RefusedException
    RejectWith
    Rejection
    circuitBreaker
    concurrencyLimit
    rateLimit
  `,
  '@breaking/web': `
    * of @breaking/core
    CircuitBreakerOptions
    ConcurrencyLimitOptions
    GuardOptions
    GuardedHandler
    Handler
    HeaderFormat
    Outcome
    OwnBody
    Problem
    ProblemBody
    RateLimitOptions
    RateLimitSettings
    RejectWith
    Rejection
    bunAddress
    cloudflareAddress
    decisionOf
    denoAddress
    guard
  `,
};

const namesIn = (list: string | undefined) =>
  list
    ?.split('\n')
    .map(line => line.trim())
    .filter(line => line !== '');

test.each(publicModules())('%s exports the names that were agreed on', (specifier, source) => {
  expect(exportedBy(source)).toEqual(namesIn(NAMES[specifier]));
});

test.each(publicModules())('every name of %s has a docstring', (_, source) => {
  const index = readFileSync(source, 'utf8');
  const undocumented: string[] = [];
  for (const [, list = '', from = ''] of index.matchAll(
    /^export (?:type )?\{([^}]*)\} from '\.\/([^']+)\.js'/gm,
  )) {
    const text = readFileSync(`${dirname(source)}/${from}.ts`, 'utf8');
    for (const name of list.split(',').map(each =>
      each
        .trim()
        .replace(/^type /, '')
        .replace(/ as .*/, ''),
    )) {
      const documented = new RegExp(
        `\\*/\\n(?:[@ })/].*\\n)*export (?:abstract )?(?:async )?(?:class|const|function\\*?|interface|type) ${name}\\b`,
      );
      if (name !== '' && !documented.test(text)) undocumented.push(`${from}: ${name}`);
    }
  }
  expect(undocumented).toEqual([]);
});
