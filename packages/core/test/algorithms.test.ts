import { readFileSync } from 'node:fs';
import * as core from '@breaking/core';
import { expect, test } from 'vitest';

const PAGES = ['ALGORITHMS.md', 'CHOOSING.md'].map(name =>
  readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'),
);
/** Expects this text in the pages on algorithms, whatever their line breaks. */
const says = (text: string) => expect(PAGES.join(' ').replace(/\s+/g, ' ').includes(text), text).toBe(true);

test('a sliding log takes 8 bytes for each request, a bucket 16 in all', () => {
  const row = (n: number) => `${n.toLocaleString('en')} | ${(n * 8).toLocaleString('en')} |`;
  says(`| 100 a minute | ${row(100)} ${(100 * 8 * 100_000) / 1e6} MB |`);
  says(`| 5,000 a day | ${row(5000)} ${(5000 * 8 * 100_000) / 1e9} GB |`);
  says(`| a token bucket, any limit | ${row(2)} ${(2 * 8 * 100_000) / 1e6} MB |`);
});

test('a sliding window counter is strict at the edge and loose after it', () => {
  let present = 0;
  const estimateAt = (time: number) => (100 * (120 - time)) / 60 + present;
  const greedyAt = (time: number) => {
    const before = present;
    while (estimateAt(time) + 1 <= 100) present++;
    return present - before;
  };
  says(`100 · 59.9/60 = ${estimateAt(60.1).toFixed(2)}, and nothing is allowed`);
  expect(greedyAt(60.1)).toBe(0);
  says(`and allows ${greedyAt(90)} more: ${100 + present} in ${(90 - 59.9).toFixed(1)} s.`);
  says(`allows ${greedyAt(119.8)} more until 1:59.8. Together that is ${100 + present} in 59.9 s.`);
  says(`| 100 | ${100 + present} | exact for its estimate |`);
});

test('a bucket gives its capacity and what returns, in the worst minute', () => {
  const given = (policy: core.BucketPolicy) => {
    const clock = new core.MockClock();
    const bucket = new core.TokenBucket({ ...policy, clock });
    let n = 1000 - bucket.take(1000);
    for (; clock.time < 59.99; n += 1000 - bucket.take(1000)) clock.advanceBy(0.1);
    return n;
  };
  says(`gives at most 20 + 80 = ${given(core.perMinute(80, { burst: 20 }))} in any 60 s`);
  says(`\`perMinute(100)\` gives up to ${given(core.perMinute(100))}.`);
  says(`gives at most 20 + 2 · 60 = ${given(core.perSecond(2, { burst: 20 }))} in a minute`);
});

test('a step of the clock after a month, and what it does to a moment', () => {
  const month = 30 * 86_400;
  says(`(${month.toLocaleString('en')} s) two neighbouring double readings are 2^-31 s apart`);
  expect([month + 2 ** -31 > month, month + 2 ** -32 > month]).toEqual([true, false]);
  const added = month + 1e-6 - month;
  says(`this is ${(2 ** -31 * 1e6).toFixed(5)} tokens`);
  says(`adds ${added / 2 ** -31} such steps, ${((1 - added / 1e-6) * 100).toFixed(3)} % too little`);
});
