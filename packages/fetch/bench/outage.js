/**
 * `npm run build && node packages/fetch/bench/outage.js`: 200 clients in front of an upstream that is down for 30 seconds, in
 * simulated time. It prints a Markdown table and writes outage.svg. The result is the same each time.
 */
import FakeTimers from '@sinonjs/fake-timers';
import { CONTENDERS } from './contenders.js';
import { Upstream } from './upstream.js';

const CLIENTS = 200;
/** Seconds from one call of a client to its next, on average, whatever became of the first. */
const PERIOD_SECS = 1;
/** What is served later than that is of no use any more. */
const PATIENCE_SECS = 2;
const OUTAGE = /** @type {const} */ ([30, 60]);
const END_SECS = 120;

for (const [name, make] of Object.entries(CONTENDERS)) {
  const { served, requests } = await simulated(make);
  const before = rate(served, 10, 30);
  const row = [
    name,
    before,
    rate(requests, ...OUTAGE),
    Math.max(...perSecond(requests).slice(OUTAGE[1], OUTAGE[1] + 30)),
    rate(served, 60, 90),
    recoverySecs(served, before),
  ];
  console.log(`| ${row.map(cell => (typeof cell === 'number' ? Math.round(cell) : cell)).join(' | ')} |`);
}

/** @param {(fetch: typeof globalThis.fetch) => () => Promise<unknown>} make */
async function simulated(make) {
  const clock = FakeTimers.install({
    now: 0,
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
  });
  const random = seeded(1);
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
 * Seconds from the end of the outage until it is as good as before it, and stays so.
 * @param {readonly number[]} served
 * @param {number} before
 */
function recoverySecs(served, before) {
  for (let secs = END_SECS - OUTAGE[1] - 5; secs >= 0; secs--) {
    const isGood = rate(served, OUTAGE[1] + secs, OUTAGE[1] + secs + 5) >= 0.95 * before;
    if (!isGood) return OUTAGE[1] + secs + 6 > END_SECS ? 'never' : secs + 1;
  }
  return 0;
}

/** Park-Miller, so that every run is the same. @param {number} seed */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
