import type { AdaptiveContender } from '../adaptiveContender.js';
import { type Rule, RuledLimiter } from '../ruledLimiter.js';

const WINDOW_SECS = 1;
const LONG_WINDOW = 600;
const WARM_UP = 10;
const TOLERANCE = 1.5;
const SMOOTHING = 0.2;
const QUEUE = 4;

/**
 * Gradient2Limit of Netflix's concurrency-limits, according to its description: the mean latency of a window is compared with
 * an exponential average over 600 windows, which falls faster if it is more than twice as high. It has its own defaults, with
 * our bounds.
 */
class Gradient2 implements Rule {
  limit = 20;
  #long = 0;
  #windows = 0;
  #since = 0;
  #sum = 0;
  #samples = 0;
  #inFlight = 0;

  sample(secs: number, inFlight: number, now: number): void {
    this.#sum += secs;
    this.#samples += 1;
    this.#inFlight = Math.max(this.#inFlight, inFlight);
    if (now - this.#since < WINDOW_SECS || this.#samples < 10) return;
    this.#close(this.#sum / this.#samples);
    this.#since = now;
    this.#sum = this.#samples = this.#inFlight = 0;
  }

  #close(short: number): void {
    this.#windows += 1;
    const factor = 2 / (LONG_WINDOW + 1);
    this.#long +=
      this.#windows <= WARM_UP ? (short - this.#long) / this.#windows : factor * (short - this.#long);
    if (this.#long / short > 2) this.#long *= 0.95;
    if (this.#inFlight < this.limit / 2) return;
    const gradient = Math.max(0.5, Math.min(1, (TOLERANCE * this.#long) / short));
    const asked = this.limit * gradient + QUEUE;
    this.limit = Math.min(1000, Math.max(1, this.limit * (1 - SMOOTHING) + asked * SMOOTHING));
  }
}

export const contender: AdaptiveContender = {
  name: 'Gradient2',
  role: 'peer',
  packages: [],
  open: async () => clock => new RuledLimiter(new Gradient2(), clock),
};
