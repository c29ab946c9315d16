import 'reflect-metadata';
import assert from 'node:assert/strict';
import {
  BreakingHandles,
  CircuitBreaker,
  ConcurrencyLimit,
  perMinute,
  RateLimit,
  SkipRateLimit,
} from '@breaking/nest';
import { type CanActivate, NotFoundException, UseGuards } from '@nestjs/common';
import { Query, Resolver } from '@nestjs/graphql';
import { onEachDriver } from './graphqlApp.js';

const BREAKER = { errorThreshold: 1, timeWindowSecs: 60 };

class Forbidding implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

@Resolver()
class Cats {
  @Query(() => String)
  plain(): string {
    return 'ok';
  }

  @Query(() => String)
  @RateLimit({ name: 'limited', ...perMinute(2) })
  limited(): string {
    return 'ok';
  }

  @Query(() => String)
  @SkipRateLimit()
  @CircuitBreaker(BREAKER)
  broken(): string {
    throw new Error('broken');
  }

  @Query(() => String)
  @SkipRateLimit()
  @CircuitBreaker(BREAKER)
  missing(): string {
    throw new NotFoundException();
  }

  @Query(() => String)
  @SkipRateLimit()
  @ConcurrencyLimit({ limit: 1 })
  async slow(): Promise<string> {
    await new Promise(resolve => setTimeout(resolve, 50));
    return 'ok';
  }

  @Query(() => String)
  @SkipRateLimit()
  @ConcurrencyLimit({ limit: 1 })
  @UseGuards(Forbidding)
  forbidden(): string {
    return 'ok';
  }
}

interface GraphQlAnswer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions?: Record<string, unknown> }[];
}

/** The results of queries: the messages of their errors, or `ok`. */
await onEachDriver(Cats, async app => {
  const url = `${await app.getUrl()}/graphql`;
  const headers = { 'Content-Type': 'application/json' };
  const ask = async (query: string) => {
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
    const { errors = [] } = (await answer.json()) as GraphQlAnswer;
    return { fields: answer.headers, errors, said: errors.map(({ message }) => message).join() || 'ok' };
  };
  const said = async (query: string) => (await ask(query)).said;

  assert.equal((await ask('{ plain }')).fields.get('ratelimit'), '"default";r=99;t=60');
  const aliased = await ask('{ a: limited b: limited c: limited }');
  assert.equal(aliased.said, 'Too Many Requests');
  assert.equal(aliased.fields.get('retry-after'), '30');
  const { code, status, retryAfterSecs } = aliased.errors[0]?.extensions ?? {};
  assert.deepEqual([code, status, retryAfterSecs], ['TOO_MANY_REQUESTS', 429, 30]);
  assert.equal(await said('{ limited }'), 'Too Many Requests');
  assert.deepEqual([await said('{ broken }'), await said('{ broken }')], ['broken', 'Service Unavailable']);
  assert.deepEqual([await said('{ missing }'), await said('{ missing }')], ['Not Found', 'Not Found']);
  assert.equal(await said('{ a: slow b: slow }'), 'Service Unavailable');
  for (let i = 0; i < 2; i++) assert.equal(await said('{ forbidden }'), 'Forbidden resource');
  const states = [...app.get(BreakingHandles).breakers].map(([name, group]) => [name, group.get().state]);
  assert.deepEqual(states, [
    ['Cats.broken', 'open'],
    ['Cats.missing', 'closed'],
  ]);
});
