import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type DecisionMessage, MockClock, perMinute, RateLimiter } from '@breaking/core';
import { expect, test } from 'vitest';
import { collected, sum } from './collected.js';

const clock = new MockClock();
const decide = (name: string) => new RateLimiter({ name, limits: perMinute(1), clock }).check('ada');

/** What a limiter publishes of a request that it allows. */
function decisionMessage() {
  let published: unknown;
  const hear = (message: unknown) => {
    published = message;
  };
  subscribe('breaking:rate_limit:decision', hear);
  decide('api');
  unsubscribe('breaking:rate_limit:decision', hear);
  return published as DecisionMessage;
}

test('a million keys are one series', async () => {
  const message = decisionMessage();
  const metrics = collected();
  const decisions = channel('breaking:rate_limit:decision');
  for (let i = 0; i < 1_000_000; i++) decisions.publish({ ...message, key: `key ${i}` });

  expect(await metrics.of('rate_limit_decisions_total')).toEqual({
    'name="api",result="allowed",source="store"': 1_000_000,
  });
});

test('5,000 names end in other, and none of their decisions is lost', async () => {
  const metrics = collected();
  for (let i = 0; i < 5000; i++) decide(`name-${i}`);

  const series = await metrics.of('rate_limit_decisions_total');
  expect(Object.keys(series).length).toBe(989);
  expect(series['name="name-987",result="allowed",source="store"']).toBe(1);
  expect(series['name="other",result="allowed",source="store"']).toBe(4012);
  expect(sum(series)).toBe(5000);
});

test('a name keeps its series once it has one', async () => {
  const metrics = collected();
  for (let i = 0; i < 2000; i++) decide(`name-${i}`);
  decide('name-0');

  expect(
    (await metrics.of('rate_limit_decisions_total'))['name="name-0",result="allowed",source="store"'],
  ).toBe(2);
});

test('no metric has more than 1,000 series, whatever names meet which results', async () => {
  const metrics = collected();
  const decisions = channel('breaking:rate_limit:decision');
  for (const allowed of [true, false]) {
    for (const enforced of [true, false]) {
      for (const source of ['store', 'local', 'denyCache', 'lease']) {
        for (let i = 0; i < 1200; i++) {
          const decision = {
            allowed,
            limits: [],
            violated: [`limit-${i}`, `limit-${source}`],
            retryAfterSecs: 0,
          };
          decisions.publish({ name: `name-${i}`, key: 'ada', cost: 1, decision, enforced, source });
        }
      }
    }
  }

  const [decided, violated] = [
    await metrics.of('rate_limit_decisions_total'),
    await metrics.of('rate_limit_violations_total'),
  ];
  expect(Object.keys(decided).length).toBe(1000);
  expect(Object.keys(decided).filter(labels => labels.startsWith('name="other"')).length).toBe(12);
  expect(sum(decided)).toBe(16 * 1200);
  expect(Object.keys(violated).length).toBe(989);
  expect(violated['name="other",limit="other"']).toBeGreaterThan(0);
  expect(sum(violated)).toBe(2 * 8 * 1200);
});

test('a limit that is called other shares the series of those without one', async () => {
  const metrics = collected();
  decide('other');
  for (let i = 0; i < 1000; i++) decide(`name-${i}`);

  expect(
    (await metrics.of('rate_limit_decisions_total'))['name="other",result="allowed",source="store"'],
  ).toBe(14);
});
