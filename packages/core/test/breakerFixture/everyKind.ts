import { CircuitBreaker, CircuitBreakerGroup } from '@breaking/core';
import { breaker as guarding, Service, workUsing } from './guardedService.js';

// A program that uses breakers of every kind and leaves as much as possible unfinished. It ends when Node has nothing
// left to wait for.
const options = { errorThreshold: 2, timeWindowSecs: 3600, onTransition: () => {} };
const breaker = new CircuitBreaker(options);
const group = new CircuitBreakerGroup(options);
const boom = () => Promise.reject(new Error('boom'));
const never = () => new Promise<never>(() => {});
const { signal } = new AbortController();

await breaker.run(async () => 1, { timeoutSecs: 3600 });
await breaker.run(boom, { timeoutSecs: 3600, signal }).catch(() => {});
breaker.runSync(() => 1);
breaker.wrap(() => 1)();
breaker.acquire();
void breaker.run(never);
void breaker.run(never, { signal });
breaker.trip();

workUsing(() => {});
await new Service(1).add(1);
guarding.trip();

for (const key of ['a', 'b']) group.get(key).trip();
await group
  .get('a')
  .run(never)
  .catch(() => {});
await new CircuitBreaker(options).run(never, { timeoutSecs: 0.001 }).catch(() => {});
console.log(breaker.state, guarding.state, group.get('b').state);
