import { createServer } from 'node:http';
import { perMinute, rateLimit } from '@breaking/express';
import { listen, turn, warned } from '@breaking/testkit';
import express from 'express';
import { expect, test } from 'vitest';

/** Whether Express believes, under this setting, a client that nobody knows. */
test.each([
  { setting: false, believesAnyone: false },
  { setting: true, believesAnyone: true },
  { setting: 1, believesAnyone: false },
  { setting: 3, believesAnyone: false },
  { setting: 'loopback', believesAnyone: false },
  { setting: 'loopback, linklocal, uniquelocal', believesAnyone: false },
  { setting: ['10.0.0.0/8', 'fd00::/8'], believesAnyone: false },
  { setting: '0.0.0.0/1, 128.0.0.0/1', believesAnyone: true },
  { setting: ['loopback', '::/1', '8000::/1'], believesAnyone: true },
  { setting: () => true, believesAnyone: true },
  { setting: (address: string) => address.startsWith('10.'), believesAnyone: false },
  { setting: (_address: string, hop: number) => hop < 2, believesAnyone: false },
])("'trust proxy' $setting is warned of: $believesAnyone", async ({ setting, believesAnyone }) => {
  const warnings = warned();
  const app = express();
  app.set('trust proxy', setting);
  app.use(rateLimit(perMinute(9)));
  const served = await listen(createServer(app));
  await served.get({ 'X-Forwarded-For': '192.0.2.7' });
  await turn();
  expect(warnings.map(({ code }) => code)).toEqual(believesAnyone ? ['BREAKING_TRUSTS_ANY_CLIENT'] : []);
});
