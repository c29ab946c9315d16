/**
 * `npm run build && node packages/fetch/bench/outage.js`: 200 clients of an upstream that is down for 30 seconds, in
 * simulated time. It prints a Markdown table and writes outage.svg. Every run gives the same result.
 */
import { writeFileSync } from 'node:fs';
import FakeTimers from '@sinonjs/fake-timers';
import { chart } from './chart.js';
import { CONTENDERS } from './contenders.js';
import { Upstream } from './upstream.js';

const CLIENTS = 200;
/** Seconds from one call of a client to its next, on average, whatever the result of the first. */
const PERIOD_SECS = 1;
/** Later responses are useless. */
const PATIENCE_SECS = 2;
const OUTAGE = /** @type {const} */ ([30, 60]);
const END_SECS = 120;
/** The number of runs, with different seeds. The table has their medians, the chart the first run. */
const SEEDS = [1, 2, 3];

const HEADS = [
  '',
  'served a second before',
  'requests a second during the outage',
  'at most a second after it',
  'served a second, in the 30 s after it',
  'seconds until it is as before',
];
console.log(`| ${HEADS.join(' | ')} |\n| --- |${' --: |'.repeat(HEADS.length - 1)}`);

/** @type {import('./chart.js').Row[]} */
const rows = [];
for (const [name, make] of Object.entries(CONTENDERS)) {
  /** @type {(readonly number[])[]} */
  const figures = [];
  for (const seed of SEEDS) {
    const { served, requests } = await simulated(make, seed);
    const before = rate(served, 10, 30);
    figures.push([
      before,
      rate(requests, ...OUTAGE),
      Math.max(...perSecond(requests).slice(OUTAGE[1], OUTAGE[1] + 30)),
      rate(served, OUTAGE[1], OUTAGE[1] + 30),
      recoverySecs(served, before),
    ]);
    if (seed === SEEDS[0]) rows.push({ name, requests: perSecond(requests), served: perSecond(served) });
  }
  const medians = HEADS.slice(1).map((_, i) => median(figures.map(each => each[i] ?? NaN)));
  const cells = medians.map(value => (value === Infinity ? 'never' : Math.round(value)));
  console.log(`| ${[name, ...cells].join(' | ')} |`);
}
writeFileSync(new URL('outage.svg', import.meta.url), chart(rows, OUTAGE));

/**
 * @param {(fetch: typeof globalThis.fetch) => () => Promise<unknown>} make
 * @param {number} seed
 */
async function simulated(make, seed) {
  const clock = FakeTimers.install({
    now: 0,
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
  });
  const random = seeded(seed);
  // Makes the jitter of the contenders repeatable too.
  const chance = Math.random;
  Math.random = seeded(seed + 1000);
  const upstream = new Upstream({ places: 25, serviceSecs: 0.05, outage: OUTAGE, random });
  const call = make(upstream.fetch);
  /** @type {number[]} */
  const served = [];
  const next = () => {
    setTimeout(next, upstream.exponential(PERIOD_SECS) * 1000);
    const since = performance.now();
    call().then(
      () => performance.now() - since <= PATIENCE_SECS * 1000 && served.push(since / 1000),
      () => {},
    );
  };
  for (let i = 0; i < CLIENTS; i++) setTimeout(next, random() * PERIOD_SECS * 1000);
  await clock.tickAsync(END_SECS * 1000);
  clock.uninstall();
  Math.random = chance;
  return { served, requests: upstream.requests };
}

/** @param {readonly number[]} moments */
function perSecond(moments) {
  const counts = new Array(END_SECS).fill(0);
  for (const moment of moments) if (moment < END_SECS) counts[Math.floor(moment)] += 1;
  return counts;
}

/**
 * @param {readonly number[]} moments
 * @param {number} from
 * @param {number} to
 */
function rate(moments, from, to) {
  return moments.filter(moment => moment >= from && moment < to).length / (to - from);
}

/**
 * Seconds from the end of the outage until the first five seconds in which nearly as much is served as before it.
 * @param {readonly number[]} served
 * @param {number} before
 */
function recoverySecs(served, before) {
  for (let secs = 0; OUTAGE[1] + secs + 5 <= END_SECS; secs++) {
    const from = OUTAGE[1] + secs;
    if (rate(served, from, from + 5) >= 0.95 * before) return secs;
  }
  return Infinity;
}

/** @param {readonly number[]} numbers */
function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? NaN;
}

/** Park-Miller, so that every run is the same. @param {number} seed */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
