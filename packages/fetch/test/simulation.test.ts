import { MockClock, perSecond } from '@breaking/core';
import { describe, expect, test } from 'vitest';
import { type Fetch, type ProtectOptions, protect } from '../src/index.js';

/** The response of an upstream to its n-th request, at a time in seconds. */
type Answers = (nth: number, secs: number) => Response;

const LATENCY_SECS = 0.02;
const STEP_SECS = 0.005;

/** Random numbers from a seed (Park-Miller). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** An upstream in simulated time, and callers that use `protect`. */
class Simulation {
  readonly clock = new MockClock();
  /** The seconds at which requests arrived. */
  readonly requests: number[] = [];
  readonly statuses: number[] = [];
  readonly errors: unknown[] = [];
  readonly #fetches: Fetch;

  constructor(answers: Answers, options: ProtectOptions) {
    const upstream = () => {
      const answer = answers(this.requests.length, this.clock.time);
      this.requests.push(this.clock.time);
      return new Promise<Response>(resolve => {
        this.clock.wakeAt(this.clock.time + LATENCY_SECS, () => resolve(answer));
      });
    };
    this.#fetches = protect(upstream, { clock: this.clock, ...options });
  }

  call(): void {
    this.#fetches('http://upstream.test/').then(
      async response => {
        await response.text();
        this.statuses.push(response.status);
      },
      error => void this.errors.push(error),
    );
  }

  /** Lets time pass, optionally with a call every `everySecs`. */
  async pass(secs: number, everySecs = Number.POSITIVE_INFINITY): Promise<void> {
    const end = this.clock.time + secs;
    let next = Number.isFinite(everySecs) ? this.clock.time : everySecs;
    while (this.clock.time < end) {
      for (; next <= this.clock.time; next += everySecs) this.call();
      for (let i = 0; i < 40; i++) await undefined;
      this.clock.advanceBy(STEP_SECS);
    }
    for (let i = 0; i < 40; i++) await undefined;
  }

  requestsWithin(from: number, to: number): number {
    return this.requests.filter(secs => secs >= from && secs < to).length;
  }
}

const status = (code: number, fields?: Record<string, string>) =>
  new Response('body', { status: code, ...(fields && { headers: fields }) });

describe('in simulated time', () => {
  test('60 callers that wait for tokens for a dead upstream make five calls', async () => {
    const simulation = new Simulation(() => status(500), {
      limits: perSecond(20, { burst: 1 }),
      maxWaitSecs: 30,
      breaker: { errorThreshold: 5, timeWindowSecs: 60, cooldownSecs: 30 },
    });
    for (let i = 0; i < 60; i++) simulation.call();
    await simulation.pass(10);

    expect(simulation.requests.length).toBe(5);
    expect([simulation.statuses.length, simulation.errors.length]).toEqual([
      simulation.requests.length,
      60 - simulation.requests.length,
    ]);
  });

  test('a service that sheds single requests with 503 and Retry-After serves all the others', async () => {
    const random = seeded(7);
    const answers: Answers = () => (random() < 0.01 ? status(503, { 'Retry-After': '10' }) : status(200));
    const simulation = new Simulation(answers, { maxWaitSecs: 5, limits: perSecond(1000) });
    await simulation.pass(10, 1 / 67);
    await simulation.pass(1);

    const good = simulation.statuses.filter(code => code === 200).length;
    expect(simulation.requests.length).toBeGreaterThan(660);
    expect(good / simulation.requests.length).toBeGreaterThan(0.98);
    expect(simulation.errors).toEqual([]);
  });

  test.each<[string, Record<string, string>, number]>([
    ['without a word on its quota', {}, 52],
    ['with 4 left, which come back with the heads', { 'RateLimit-Remaining': '4' }, 13],
  ])(
    'the end of a pause lets one of 52 callers try, and the others after its response: %s',
    async (_, fields, most) => {
      const answers: Answers = nth => (nth === 0 ? status(429, { 'Retry-After': '2' }) : status(200, fields));
      const simulation = new Simulation(answers, { maxWaitSecs: 30 });
      simulation.call();
      await simulation.pass(1);
      for (let i = 0; i < 52; i++) simulation.call();
      await simulation.pass(20);
      const [, first = 0] = simulation.requests;

      expect(first).toBeGreaterThanOrEqual(2);
      expect(simulation.requestsWithin(first, first + LATENCY_SECS)).toBe(1);
      expect(simulation.requestsWithin(first, first + 0.05)).toBeLessThanOrEqual(1 + most);
      expect(simulation.statuses.filter(code => code === 200).length).toBe(52);
    },
  );

  test('a pause that is too long refuses calls at once, and the next caller after its end goes through', async () => {
    const answers: Answers = nth => (nth === 0 ? status(429, { 'Retry-After': '60' }) : status(200));
    const simulation = new Simulation(answers, { maxWaitSecs: 5 });
    await simulation.pass(70, 0.5);

    expect(simulation.requestsWithin(0.1, 54)).toBe(0);
    expect(simulation.requestsWithin(60, 61)).toBeGreaterThan(0);
    expect(simulation.errors.length).toBeGreaterThan(100);
  });

  test('callers who wait when a pause begins reject when their maximum wait is over', async () => {
    const answers: Answers = nth => (nth === 0 ? status(200) : status(429, { 'Retry-After': '600' }));
    const simulation = new Simulation(answers, { limits: perSecond(1, { burst: 1 }), maxWaitSecs: 4 });
    for (let i = 0; i < 5; i++) simulation.call();
    await simulation.pass(4.5);

    expect(simulation.requests.length).toBe(2);
    expect(simulation.errors.length).toBe(3);
  });

  test.each([1, 2, 3])(
    'retries of a key stay within the budget at any time, whatever fails: seed %d',
    async seed => {
      const random = seeded(seed);
      const budget = perSecond(2, { burst: 6 });
      const simulation = new Simulation(() => status(random() < 0.7 ? 503 : 200), {
        retry: { attempts: 4, budget, backoffSecs: 0.05, random },
      });
      let calls = 0;
      for (let i = 0; i < 40; i++) {
        const together = Math.floor(random() * 8);
        calls += together;
        for (let k = 0; k < together; k++) simulation.call();
        await simulation.pass(random());
      }
      await simulation.pass(5);

      expect(simulation.statuses.length).toBe(calls);
      expect(simulation.requests.length - calls).toBeGreaterThan(20);
      expect(simulation.requests.length - calls).toBeLessThanOrEqual(6 + 2 * simulation.clock.time);
    },
  );
});
