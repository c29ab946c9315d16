import { once } from 'node:events';
import { connect } from 'node:http2';
import { MockClock } from '@breaking/core';
import breaking, { perMinute } from '@breaking/fastify';
import { until } from '@breaking/testkit';
import Fastify from 'fastify';
import { expect, test } from 'vitest';

test('on HTTP/2 a client is limited, and its abort does not count as a response', async () => {
  const outcomes: unknown[] = [];
  const app = Fastify({ http2: true });
  await app.register(breaking, {
    rateLimit: {
      ...perMinute(2),
      clock: new MockClock(),
      refundWhen: outcome => {
        outcomes.push(outcome);
        return outcome.aborted;
      },
    },
  });
  app.get('/', async () => 'ok');
  app.get('/never', () => {});
  const client = connect(await app.listen({ port: 0, host: '127.0.0.1' }));
  const statusOf = (path: string) => {
    return new Promise<unknown>((resolve, reject) => {
      const stream = client.request({ ':path': path }).on('error', reject).resume();
      stream.on('response', headers => resolve([headers[':status'], headers.ratelimit]));
    });
  };
  try {
    expect(await statusOf('/')).toEqual([200, '"default";r=1;t=30']);
    const received = once(app.server, 'request');
    const never = client.request({ ':path': '/never' }).on('error', () => {});
    await received;
    never.close(8);
    await until(() => outcomes.length === 2);
    expect(outcomes).toEqual([
      { status: 200, aborted: false, durationSecs: 0 },
      { aborted: true, durationSecs: 0 },
    ]);
    expect(await statusOf('/')).toEqual([200, '"default";r=0;t=30']);
    expect(await statusOf('/')).toEqual([429, '"default";r=0;t=30']);
  } finally {
    client.destroy();
    await app.close();
  }
});
