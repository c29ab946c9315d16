/** Types of packages that have none, as far as they are used here. */

declare module '@fastify/rate-limit/store/LocalStore.js' {
  export interface Counted {
    readonly current: number;
    readonly ttl: number;
  }
  export default class LocalStore {
    constructor(continueExceeding: boolean, exponentialBackoff: boolean, cache?: number);
    incr(key: string, done: (error: null, counted: Counted) => void, timeWindow: number, max: number): void;
  }
}

declare module 'koa-ratelimit/limiter/memory.js' {
  export interface Counted {
    readonly remaining: number;
  }
  export default class Limiter {
    constructor(options: { id: string; db: Map<string, Counted>; max: number; duration: number });
    get(): Promise<Counted>;
  }
}

declare module 'koa-ratelimit' {
  import type { Middleware } from 'koa';
  export default function rateLimit(options: {
    driver: 'memory';
    db: Map<string, unknown>;
    max: number;
    duration: number;
  }): Middleware;
}

declare module 'opossum' {
  export default class CircuitBreaker<T> {
    constructor(action: () => T | Promise<T>, options?: { timeout?: number | false });
    fire(): Promise<T>;
  }
}

declare module 'opossum10' {
  export { default } from 'opossum';
}

declare module 'overload-protection' {
  import type { RequestHandler } from 'express';
  import type { Middleware } from 'koa';

  interface Options {
    readonly production?: boolean;
  }
  export default function protect(framework: 'express', options: Options): RequestHandler;
  export default function protect(framework: 'koa', options: Options): Middleware;
}
