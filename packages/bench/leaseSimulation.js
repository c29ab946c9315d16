/**
 * Checks whether a thousand processes with leases stay within `capacityMax + restoreRateHz · L + N · tokens` in every
 * interval of any length L. The processes are real deny caches and leases over one bucket, in simulated time, without a
 * server, so every run gives the same result. Traffic goes from low to far above the limit and back, so that the bucket
 * refills while tokens are held.
 *
 *     npm run build && node packages/bench/leaseSimulation.js
 */
import { DenyCacheBucketStore, LeaseBucketStore, MemoryBucketStore, RateLimiter } from '@breaking/core';

const PROCESSES = 1000;
/** Seconds from a process to the store, and the same back: at least this, at most twice this. */
const ONE_WAY_SECS = 0.0005;
/** A limit, and phases of traffic: seconds, and requests a second of all processes together. */
const SCENARIOS = {
  'slow key, ten times its limit': {
    limit: { capacityMax: 20_000, restoreRateHz: 20_000 },
    phases: [
      [1, 15_000],
      [0.3, 0],
      [0.5, 200_000],
      [0.9, 2000],
      [0.3, 200_000],
    ],
  },
  'fast key, which lets every process hold its lease': {
    limit: { capacityMax: 20_000, restoreRateHz: 1_000_000 },
    phases: [
      [0.3, 700_000],
      [0.1, 0],
      [0.1, 2_000_000],
      [0.1, 0],
      [0.1, 2_000_000],
    ],
  },
};

const turn = globalThis.setImmediate;

/** Events by time, the earliest first. */
class Agenda {
  now = 0;
  #heap = [];
  #added = 0;

  in(secs, run) {
    const heap = this.#heap;
    const event = { at: this.now + secs, order: this.#added++, run };
    let i = heap.push(event) - 1;
    for (let above = (i - 1) >> 1; i > 0 && isSooner(event, heap[above]); above = (i - 1) >> 1) {
      heap[i] = heap[above];
      i = above;
    }
    heap[i] = event;
    return event;
  }

  next() {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (heap.length > 0) {
      let i = 0;
      for (;;) {
        let below = 2 * i + 1;
        if (below + 1 < heap.length && isSooner(heap[below + 1], heap[below])) below++;
        if (below >= heap.length || isSooner(last, heap[below])) break;
        heap[i] = heap[below];
        i = below;
      }
      heap[i] = last;
    }
    if (first !== undefined) this.now = first.at;
    return first;
  }
}

function isSooner(one, other) {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

/** Random numbers from 0 to 1, from a seed. */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A store with a delay: an operation is carried out when it arrives there, and its answer takes as long to return. */
function distant(agenda, random, counts) {
  const memory = new MemoryBucketStore();
  const travel = operate =>
    new Promise(resolve => {
      counts.trips += 1;
      const way = () => ONE_WAY_SECS * (1 + random());
      agenda.in(way(), () => {
        const answer = operate();
        agenda.in(way(), () => {
          resolve(answer);
          return true;
        });
      });
    });
  return {
    check: (key, limits, cost) => travel(() => memory.check(key, limits, cost, agenda.now)),
    peek: (key, limits, cost) => travel(() => memory.peek(key, limits, cost, agenda.now)),
    refund: (key, limits, n) => travel(() => memory.refund(key, limits, n, agenda.now)),
    reset: key => travel(() => memory.reset(key)),
  };
}

async function simulate({ limit, phases }, tokens) {
  const agenda = new Agenda();
  const random = seeded(1);
  const counts = { requests: 0, allowed: 0, trips: 0, most: 0 };
  globalThis.setTimeout = (run, ms) => {
    const event = agenda.in(ms / 1000, () => event.isOff || run() || true);
    return Object.assign(event, { unref: () => event });
  };
  globalThis.clearTimeout = event => {
    if (event) event.isOff = true;
  };

  const shared = distant(agenda, random, counts);
  const clock = { secondsSinceEpoch: () => agenda.now };
  const limiters = Array.from({ length: PROCESSES }, () => {
    const leases = tokens === 0 ? shared : new LeaseBucketStore({ store: shared, tokens });
    const store = new DenyCacheBucketStore({ store: leases });
    return new RateLimiter({ name: 'simulated', limits: limit, store, clock });
  });

  let excess = 0;
  let lastAt = 0;
  const count = decision => {
    counts.requests += 1;
    if (!decision.allowed) return;
    counts.allowed += 1;
    excess = Math.max(0, excess - (agenda.now - lastAt) * limit.restoreRateHz) + 1;
    lastAt = agenda.now;
    counts.most = Math.max(counts.most, excess);
  };
  const request = () => {
    const answer = limiters[Math.floor(random() * PROCESSES)].check('hot');
    if (answer instanceof Promise) answer.then(count);
    else count(answer);
  };
  const begin = (secs, perSec) => {
    const end = agenda.now + secs;
    const arrive = () => {
      if (agenda.now >= end) return false;
      request();
      agenda.in(-Math.log(1 - random()) / perSec, arrive);
      return true;
    };
    if (perSec > 0) arrive();
  };

  for (const [secs, perSec] of phases) {
    const ended = agenda.in(secs, () => {});
    begin(secs, perSec);
    for (let event = agenda.next(); event !== undefined && event !== ended; event = agenda.next()) {
      // Continuations of requests and answers run before the next event.
      if (event.run() === true) await new Promise(resolve => turn(resolve));
    }
  }
  return counts;
}

const shown = n => Math.round(n).toLocaleString('en');
let isWithin = true;
for (const [name, scenario] of Object.entries(SCENARIOS)) {
  const { capacityMax, restoreRateHz } = scenario.limit;
  console.log(
    `\n${name}: ${PROCESSES} processes, ${shown(capacityMax)} tokens and ${shown(restoreRateHz)} a second\n`,
  );
  console.log('| lease | requests | allowed | round trips | most beyond the refill | bound |');
  console.log('| --- | --- | --- | --- | --- | --- |');
  for (const tokens of [0, 10, 50, 200]) {
    const { requests, allowed, trips, most } = await simulate(scenario, tokens);
    const bound = capacityMax + PROCESSES * tokens;
    // A process sees a token when its answer arrives, up to four times the shortest way after it was taken.
    isWithin &&= most <= bound + restoreRateHz * 4 * ONE_WAY_SECS;
    const cells = [requests, allowed, trips, most, bound].map(shown);
    console.log(`| ${tokens || 'none'} | ${cells.join(' | ')} |`);
  }
}
console.log(isWithin ? '\nAll within the bound.' : '\nNOT within the bound.');
process.exitCode = isWithin ? 0 : 1;
