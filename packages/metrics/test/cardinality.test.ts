import { channel } from 'node:diagnostics_channel';
import { MockClock, perMinute, RateLimiter } from '@breaking/core';
import { expect, test } from 'vitest';
import { collected, sum } from './collected.js';

const decisions = channel('breaking:rate_limit:decision');
const clock = new MockClock();
const decide = (name: string) => new RateLimiter({ name, limits: perMinute(1), clock }).check('ada');

/** Publishes a message of a limiter with some name. */
function publish({
  name = 'api',
  key = 'ada',
  allowed = true,
  enforced = true,
  source = 'store',
  violated = [] as string[],
}) {
  const decision = { allowed, limits: [], violated, blocked: false, retryAfterSecs: 0 };
  decisions.publish({ name, key, cost: 1, decision, enforced, source });
}

test('a million keys are one series', async () => {
  const metrics = collected();
  for (let i = 0; i < 1_000_000; i++) publish({ key: `key ${i}` });

  expect(await metrics.of('rate_limit_decisions_total')).toEqual({
    'name="api",result="allowed",source="store"': 1_000_000,
  });
});

test('5,000 names overflow into other, and no decision is lost', async () => {
  const metrics = collected();
  for (let i = 0; i < 5000; i++) decide(`name-${i}`);

  const series = await metrics.of('rate_limit_decisions_total');
  expect(Object.keys(series).length).toBe(989);
  expect(series['name="name-987",result="allowed",source="store"']).toBe(1);
  expect(series['name="other",result="allowed",source="store"']).toBe(4012);
  expect(sum(series)).toBe(5000);
});

test('a name that has a series keeps it, and gets series for its other results', async () => {
  const metrics = collected();
  for (let i = 0; i < 2000; i++) decide(`name-${i}`);
  publish({ name: 'name-0', allowed: true });
  publish({ name: 'name-0', allowed: false });
  publish({ name: 'name-1999', allowed: false });

  const series = await metrics.of('rate_limit_decisions_total');
  expect(series['name="name-0",result="allowed",source="store"']).toBe(2);
  expect(series['name="name-0",result="refused",source="store"']).toBe(1);
  expect(series['name="other",result="refused",source="store"']).toBe(1);
});

test('a name with thousands of limits has a thousand series, and no violation is lost', async () => {
  const metrics = collected();
  for (let i = 0; i < 5000; i++) publish({ name: 'api', allowed: false, violated: [`tier-${i}`] });
  publish({ name: 'late', allowed: false, violated: ['tier'] });

  const series = await metrics.of('rate_limit_violations_total');
  expect(Object.keys(series).length).toBe(990);
  expect(series['name="api",limit="other"']).toBe(4012);
  expect(series['name="other",limit="other"']).toBe(1);
  expect(sum(series)).toBe(5001);
});

test('all results of 5,000 names, counted name by name, are within a thousand series', async () => {
  const metrics = collected();
  for (let i = 0; i < 5000; i++) {
    for (const source of ['store', 'local', 'denyCache', 'lease']) {
      for (const enforced of [true, false]) publish({ name: `name-${i}`, allowed: false, enforced, source });
      publish({ name: `name-${i}`, allowed: true, source });
    }
  }

  const series = await metrics.of('rate_limit_decisions_total');
  expect(Object.keys(series).length).toBeLessThanOrEqual(1000 + 12);
  expect(Object.keys(series).filter(labels => labels.startsWith('name="other"')).length).toBe(12);
  expect(sum(series)).toBe(12 * 5000);
});

test('a limit that is called other shares the overflow series', async () => {
  const metrics = collected();
  decide('other');
  for (let i = 0; i < 1000; i++) decide(`name-${i}`);

  expect(
    (await metrics.of('rate_limit_decisions_total'))['name="other",result="allowed",source="store"'],
  ).toBe(14);
});
