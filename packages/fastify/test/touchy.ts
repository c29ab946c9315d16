import { MockClock } from '@breaking/core';
import type { CircuitBreakerOptions } from '@breaking/fastify';
import { heard } from '@breaking/testkit';
import type { FastifyRequest } from 'fastify';

type Options = CircuitBreakerOptions<FastifyRequest>;

/** Options of a breaker that one failure opens, for ten seconds. */
export function touchy(own: Partial<Options> = {}): Options {
  return { errorThreshold: 1, timeWindowSecs: 10, clock: new MockClock(1000), ...own };
}

/** What has become of the requests, and for which breakers: `name outcome`, in order. */
export function outcomes(): () => readonly string[] {
  const calls = heard('breaking:circuit_breaker:call');
  return () => calls.map(({ name, outcome }) => `${name} ${outcome}`);
}
