import 'reflect-metadata';
import assert from 'node:assert/strict';
import { CircuitBreaker, perMinute, RateLimit } from '@breaking/nest';
import { Query, Resolver, Subscription } from '@nestjs/graphql';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { onEachDriver } from './graphqlApp.js';

/** The addresses with which limits were called. */
const addresses = new Set<string>();

@Resolver()
class Ticks {
  @Query(() => String)
  plain(): string {
    return 'ok';
  }

  @Subscription(() => String)
  @RateLimit({
    name: 'ticks',
    ...perMinute(2),
    keyOf(req, address) {
      addresses.add(address);
      return req.headers.host;
    },
  })
  async *ticks() {
    for (const ticks of ['1', '2', '3']) yield { ticks };
  }

  @Subscription(() => String)
  @CircuitBreaker({ errorThreshold: 1, timeWindowSecs: 60 })
  broken(): AsyncIterator<string> {
    throw new Error('broken');
  }
}

/** The results of subscriptions until they end: each event, and the messages of errors. */
await onEachDriver(Ticks, async app => {
  const url = `${(await app.getUrl()).replace('http', 'ws')}/graphql`;
  const client = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0 });
  const given = (field: string) =>
    new Promise<readonly unknown[]>(resolve => {
      const seen: unknown[] = [];
      client.subscribe(
        { query: `subscription { ${field} }` },
        {
          next: ({ data, errors = [] }) =>
            seen.push(...(data ? [data[field]] : errors.map(({ message }) => message))),
          // Mercurius refuses the subscription, Apollo starts it and sends the error.
          error: errors => resolve((errors as readonly Error[]).map(({ message }) => message)),
          complete: () => resolve(seen),
        },
      );
    });

  const answers: unknown[] = [];
  for (const field of ['ticks', 'ticks', 'ticks', 'broken', 'broken']) answers.push(await given(field));
  const all = ['1', '2', '3'];
  assert.deepEqual(answers, [all, all, ['Too Many Requests'], ['broken'], ['Service Unavailable']]);
  assert.deepEqual([...addresses], ['127.0.0.1']);
  await client.dispose();
});
