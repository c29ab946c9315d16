import * as diagnostics from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import * as core from '@breaking/core';
import { describe, expect, test } from 'vitest';

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const MODULES = { '@breaking/core': core, 'node:diagnostics_channel': diagnostics };

/** The code blocks, each under the line on which it starts. */
const blocks = [...README.matchAll(/^```(?:js|ts)\n(.*?)^```$/gms)].map(({ index, 1: code = '' }) => ({
  line: README.slice(0, index).split('\n').length,
  code,
}));

/** A block as the body of a function: imports become look-ups, and `// → value` becomes what it says. */
function runnable(code: string): string {
  return code
    .replace(/^import (\{.+\}) from ('.+');$/gm, 'const $1 = modules[$2];')
    .replace(/^(.+); \/\/ → throws (\w+): (.+)$/gm, (_, statement, name, message) => {
      const error = JSON.stringify({ name, message });
      return `await expect(async () => { ${statement}; }).rejects.toMatchObject(${error});`;
    })
    .replace(/^(.+); \/\/ → (.+)$/gm, 'expect($1).toEqual($2);');
}

const AsyncFunction = (async () => {}).constructor as new (
  ...parts: string[]
) => (...args: unknown[]) => Promise<void>;

describe('the code blocks of the README', () => {
  test.each(blocks)('line $line does what it says', async ({ code }) => {
    const body = runnable(code);
    expect(body).toMatch(/expect\(/);
    expect(body).not.toContain('→');
    await new AsyncFunction('modules', 'expect', `'use strict';\n${body}`)(MODULES, expect);
  });
});

/** Holds that the README says this, with the numbers in it, wherever its lines break. */
function says(text: string): void {
  expect(README.replace(/\s+/g, ' ')).toContain(text);
}

const counted = (n: number) => n.toLocaleString('en');

describe('the worked numbers of the README', () => {
  test('a log takes 8 bytes for each request, a bucket 16 in all', () => {
    const keys = 100_000;
    says(`| 100 a minute | 100 | ${100 * 8} | ${(100 * 8 * keys) / 1e6} MB |`);
    says(`| 5,000 a day | 5,000 | ${counted(5000 * 8)} | ${(5000 * 8 * keys) / 1e9} GB |`);
    says(`| a token bucket, any limit | 2 | ${2 * 8} | ${(2 * 8 * keys) / 1e6} MB |`);
  });

  test('a sliding window counter is too strict and too loose', () => {
    const counts = [100, 0];
    const estimateAt = (time: number) => ((120 - time) / 60) * (counts[0] as number) + (counts[1] as number);
    const greedyAt = (time: number) => {
      const before = counts[1] as number;
      while (estimateAt(time) + 1 <= 100) counts[1] = (counts[1] as number) + 1;
      return (counts[1] as number) - before;
    };
    says(`100 · 59.9/60 = ${estimateAt(60.1).toFixed(2)}, and nothing is allowed`);
    expect(greedyAt(60.1)).toBe(0);
    says(`and allows ${greedyAt(90)} more: ${100 + (counts[1] as number)} in ${(90 - 59.9).toFixed(1)} s.`);
    says(`by 1:59.8 another ${greedyAt(119.8)}, which makes ${100 + (counts[1] as number)} within 59.9 s`);
  });

  test('a bucket gives its capacity and what returns, in the worst minute', () => {
    const clock = new core.MockClock();
    const given = (policy: core.BucketPolicy) => {
      const bucket = new core.TokenBucket({ ...policy, clock });
      let n = 0;
      for (let step = 0; step <= 600; step++) {
        n += 1000 - bucket.take(1000);
        if (step < 600) clock.advanceBy(0.1);
      }
      return n;
    };
    says(
      `\`perMinute(80, { burst: 20 })\` gives at most 20 + 80 = ${given(core.perMinute(80, { burst: 20 }))} in`,
    );
    says(`\`perMinute(100)\` gives up to ${given(core.perMinute(100))}.`);
    says(`gives at most 20 + 2 · 60 = ${given(core.perSecond(2, { burst: 20 }))} in a minute`);
  });

  test('a step of the clock after a month, and what it does to a moment', () => {
    const month = 30 * 86_400;
    says(`(${counted(month)} s)`);
    expect(month + 2 ** -31).toBeGreaterThan(month);
    expect(month + 2 ** -32).toBe(month);
    says(`this is ${(2 ** -31 * 1e6).toFixed(5)} tokens`);
    const added = month + 1e-6 - month;
    says(`adds ${added / 2 ** -31} such steps, ${((1 - added / 1e-6) * 100).toFixed(3)} % too little`);
  });
});
