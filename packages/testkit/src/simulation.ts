import { type Clock, MockClock, type Permit } from '@breaking/core';

/** A server under an open-loop load: clients arrive at random moments and do not wait for each other. Times are in seconds. */
export interface SimulatedServer {
  readonly secs: number;
  /** How many calls it serves at the same time. Others wait in order of arrival. */
  places(now: number): number;
  /** Calls per second, on average. */
  rateHz(now: number): number;
  /** How long it serves a call. */
  serviceSecs(random: Random, now: number): number;
  /** Later answers are useless. */
  readonly deadlineSecs: number;
  /** Whether clients leave at their deadline, and calls that have not begun by then are dropped. */
  readonly clientsLeave?: boolean;
  /** Whether calls fail at once. */
  isFailing?(now: number): boolean;
  /** The share of calls that take a minute, without using the server. */
  readonly hangingShare?: number;
  priorityOf?(random: Random): number;
  readonly seed?: number;
}

/** Consulted before a call is accepted. */
export interface Limiting {
  readonly limit: number;
  readonly inFlight: number;
  tryAcquire(priority?: number): Permit | undefined;
}

/** The results of a simulation. */
export interface Simulated {
  /** The share of calls with an answer in time, of all calls and by priority. */
  readonly goodput: number;
  readonly answered: readonly number[];
  readonly arrived: readonly number[];
  /** The limit at each full second. */
  readonly limits: readonly number[];
}

/** Random numbers from a seed. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** Uniformly from 0 to below 1 (mulberry32, public domain). */
  even(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Exponentially distributed. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.even());
  }
}

interface Call {
  readonly permit: Permit;
  readonly priority: number;
  readonly at: number;
  isOver: boolean;
}

const HANGING_SECS = 60;

/** Runs the load against a limiter, on a clock that jumps from event to event. */
export function simulated(server: SimulatedServer, limiterOn: (clock: Clock) => Limiting): Simulated {
  const clock = new MockClock();
  const limiter = limiterOn(clock);
  const random = new Random(server.seed ?? 1);
  const events = new EventQueue();
  const waiting: Call[] = [];
  let firstWaiting = 0;
  let busy = 0;
  const arrived: number[] = [];
  const answered: number[] = [];
  const limits: number[] = [];
  const count = (of: number[], priority: number) => {
    of[priority] = (of[priority] ?? 0) + 1;
  };

  const arrive = () => {
    events.add(clock.time + random.exponential(1 / server.rateHz(clock.time)), arrive);
    const priority = server.priorityOf?.(random) ?? 0;
    count(arrived, priority);
    const permit = limiter.tryAcquire(priority);
    if (permit === undefined) return;
    const call: Call = { permit, priority, at: clock.time, isOver: false };
    if (server.clientsLeave) events.add(clock.time + server.deadlineSecs, () => answer(call));
    if (server.hangingShare !== undefined && random.even() < server.hangingShare) {
      events.add(clock.time + HANGING_SECS, () => answer(call));
    } else waiting.push(call);
    serve();
  };

  const answer = (call: Call, hasFailed = false) => {
    if (call.isOver) return;
    call.isOver = true;
    if (hasFailed) return call.permit.failure();
    call.permit.success();
    const isInTime = clock.time - call.at < server.deadlineSecs;
    if (isInTime) count(answered, call.priority);
  };

  const serve = () => {
    while (busy < server.places(clock.time) && firstWaiting < waiting.length) {
      const call = waiting[firstWaiting] as Call;
      firstWaiting += 1;
      if (firstWaiting > 1000) firstWaiting -= waiting.splice(0, firstWaiting).length;
      if (call.isOver) continue;
      busy += 1;
      const hasFailed = server.isFailing?.(clock.time) ?? false;
      const secs = hasFailed ? 0.002 : server.serviceSecs(random, clock.time);
      events.add(clock.time + secs, () => {
        busy -= 1;
        answer(call, hasFailed);
        serve();
      });
    }
  };

  const look = () => {
    limits.push(limiter.limit);
    events.add(clock.time + 1, look);
  };

  events.add(0, arrive);
  events.add(0, look);
  for (let next = events.next(); next.at < server.secs; next = events.next()) {
    clock.advanceBy(Math.max(0, next.at - clock.time));
    next.happen();
  }
  return { goodput: answered.reduce((sum, each) => sum + each, 0), answered, arrived, limits };
}

interface Event {
  readonly at: number;
  happen(): void;
}

/** Events in order of time: a binary heap. */
class EventQueue {
  readonly #heap: Event[] = [];

  add(at: number, happen: () => void): void {
    const heap = this.#heap;
    let i = heap.push({ at, happen }) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (this.#at(parent) <= at) break;
      this.#swap(i, parent);
      i = parent;
    }
  }

  /** Removes and returns the earliest event. There must be one. */
  next(): Event {
    const heap = this.#heap;
    const first = heap[0] as Event;
    const last = heap.pop() as Event;
    if (heap.length > 0) heap[0] = last;
    for (let i = 0; ; ) {
      const left = 2 * i + 1;
      let earliest = this.#at(left) < this.#at(i) ? left : i;
      if (this.#at(left + 1) < this.#at(earliest)) earliest = left + 1;
      if (earliest === i) return first;
      this.#swap(i, earliest);
      i = earliest;
    }
  }

  #at(i: number): number {
    return this.#heap[i]?.at ?? Infinity;
  }

  #swap(i: number, j: number): void {
    const heap = this.#heap;
    [heap[i], heap[j]] = [heap[j] as Event, heap[i] as Event];
  }
}
