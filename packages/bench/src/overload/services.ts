import { setTimeout } from 'node:timers/promises';
import { Random } from '@breaking/testkit/simulation';

/** What a handler waits for or does. */
export interface Service {
  /** The number of requests a second that it can serve. */
  readonly capacityHz: number;
  /** Serves one request. */
  serve(): Promise<void>;
}

/** Ten connections to something slow, as in a pool with an unlimited queue, in order of arrival. */
export class Pool implements Service {
  readonly capacityHz = 125;
  readonly #random = new Random(1);
  readonly #waiting: (() => void)[] = [];
  #free = 10;

  async serve(): Promise<void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>(resolve => this.#waiting.push(resolve));
    await setTimeout(this.#random.exponential(80));
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}

/** Four milliseconds of work that cannot be interrupted. */
export class Processor implements Service {
  readonly capacityHz = 250;

  async serve(): Promise<void> {
    const end = process.cpuUsage().user + 4000;
    while (process.cpuUsage().user < end);
  }
}
