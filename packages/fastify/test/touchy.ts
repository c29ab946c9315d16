import { MockClock } from '@breaking/core';
import type { CircuitBreakerOptions } from '@breaking/fastify';
import type { FastifyRequest } from 'fastify';

type Options = CircuitBreakerOptions<FastifyRequest>;

/** Options of a breaker that one failure opens, for ten seconds. */
export function touchy(own: Partial<Options> = {}): Options {
  return { errorThreshold: 1, timeWindowSecs: 10, clock: new MockClock(1000), ...own };
}
