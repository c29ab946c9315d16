/** The limit at the start, within its bounds. */
const START = 5;
/** The lowest limit to which it falls by itself while latency stays high. */
const FLOOR = 4.4;
/**
 * A window lasts at least this many seconds and has at least this many durations. It then ends once its mean is precise
 * enough.
 */
const WINDOW_SECS = 0.5;
const WINDOW_SAMPLES = 20;
const STANDARD_ERROR = 0.1;
const LONGEST_WINDOW_SECS = 5;
/** The weight of a new window in the smoothed mean, and of the limit that it calls for in the next limit. */
const SMOOTHING = 0.3;
const STEP = 0.1;
/** The limit falls if the latency is more than this many times the baseline. */
const TOLERANCE = 1.5;
/** The lowest limit that a window calls for, as a share of the current limit. */
const STEEPEST = 0.5;
/** The baseline at most doubles in this time. */
const DOUBLING_SECS = 60;
/** The first baseline is the mean of at most this many durations. */
const FIRST_SAMPLES = 500;
/** A single duration counts as at most this many times the baseline. */
const LONGEST_SAMPLE = 10;
/** After this many windows at the floor, all much slower than the baseline, the service itself has become slower. */
const WINDOWS_ON_FLOOR = 5;

/**
 * A limit on the calls under way that follows latency: its state and all its arithmetic, without clock or calls. The
 * time is an argument.
 *
 * Durations are collected in windows. The smoothed mean of the windows is compared with the baseline, the lowest mean
 * so far: the limit grows while latency stays near the baseline, and falls once it is well above. Once it has settled,
 * calls take one and a half times to twice as long as in a service without load.
 *
 * - The limit changes only while it is used. In a window in which only low priorities were refused, fewer calls than
 *   the limit were under way: their latency is scaled up to that with all places taken.
 * - The baseline rises only in windows in which nobody was refused and at most half of the limit was used. So a queue
 *   that the limit itself allows is never taken for the normal latency, however long an overload lasts.
 * - A window lasts until its mean is known within 10 % (standard error). The lowest of many less precise means would be
 *   far below the true one. At the start, until latency first rises, windows are as short as possible, the limit grows
 *   by half with each, and the baseline is their mean. So a service that has been restarted soon takes its load.
 * - A duration counts as at most ten times the baseline: a few calls that hang say nothing about the capacity.
 * - If a service has become much slower, under an overload that does not end, the limit stays at its floor, where four
 *   calls cannot be the reason. After five such windows it starts again, with the current latency as the baseline.
 *
 * Source: the gradient is that of Netflix's concurrency-limits (Gradient2Limit, with a tolerance of 1.5). Baseline,
 * windows and caps are our own, and come from the simulations in packages/testkit.
 */
export class AdaptiveLimit {
  readonly #min: number;
  readonly #max: number;
  /** The limit, with its fraction. */
  #limit: number;
  /** From the start until latency first rises: the limit grows by half each time, and the baseline is a mean. */
  #isStarting = true;
  #firstSamples = 0;
  /** Mean durations in seconds: the lowest, and the current one. */
  #baseline: number | undefined;
  #latency: number | undefined;
  #windowsOnFloor = 0;
  #epoch = 0;
  /** The current window. It begins with its first duration. */
  #since = 0;
  #samples = 0;
  #sum = 0;
  #sumOfSquares = 0;
  #peak = 0;
  #hasRefused = false;

  /** @param min,max the bounds of the limit: whole numbers, 1 <= min <= max */
  constructor(min: number, max: number) {
    this.#min = min;
    this.#max = max;
    this.#limit = Math.min(max, Math.max(min, START));
  }

  /** How many calls may be under way: a whole number. */
  get limit(): number {
    return Math.floor(this.#limit);
  }

  /** The epoch in which a call begins. Its duration counts only in that epoch: a new epoch has a new baseline. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Records an admission or a refusal. @param inFlight the calls under way, including this one */
  note(inFlight: number, isRefusal: boolean): void {
    if (inFlight > this.#peak) this.#peak = inFlight;
    if (isRefusal) this.#hasRefused = true;
  }

  /**
   * Records how long a call took.
   * @param secs >= 0
   * @param inFlight the calls that are still under way
   */
  sample(secs: number, epoch: number, inFlight: number, now: number): void {
    if (epoch !== this.#epoch) return;
    const counted = this.#baseline ? Math.min(secs, LONGEST_SAMPLE * this.#baseline) : secs;
    // If the clock stepped back, the window starts again but keeps its durations.
    if (this.#samples === 0 || now < this.#since) this.#since = now;
    this.#samples += 1;
    this.#sum += counted;
    this.#sumOfSquares += counted * counted;
    const windowSecs = now - this.#since;
    if (!this.#isWindowFull(windowSecs)) return;
    this.#close(windowSecs);
    this.#samples = 0;
    this.#sum = 0;
    this.#sumOfSquares = 0;
    this.#peak = inFlight;
    this.#hasRefused = false;
  }

  #isWindowFull(secs: number): boolean {
    if (secs < WINDOW_SECS || this.#samples < WINDOW_SAMPLES) return false;
    if (this.#isStarting) return true;
    const mean = this.#sum / this.#samples;
    const variance = this.#sumOfSquares / this.#samples - mean * mean;
    return secs >= LONGEST_WINDOW_SECS || variance <= (STANDARD_ERROR * mean) ** 2 * this.#samples;
  }

  #close(windowSecs: number): void {
    const mean = this.#sum / this.#samples;
    const latency = this.#latency === undefined ? mean : this.#latency + SMOOTHING * (mean - this.#latency);
    this.#latency = latency;
    const isAtRest = !this.#hasRefused && this.#peak <= this.#limit / 2;
    const baseline = this.#isStarting
      ? this.#firstBaseline(mean, isAtRest)
      : this.#nextBaseline(latency, isAtRest ? windowSecs : 0);
    this.#baseline = baseline;
    const isUsed = this.#peak >= this.limit || this.#hasRefused;
    if (isUsed) this.#move(baseline, latency * Math.max(1, this.limit / this.#peak));
  }

  /** The mean of the durations so far, weighted towards the latest, without those that a queue may have slowed down. */
  #firstBaseline(mean: number, isAtRest: boolean): number {
    const known = this.#baseline ?? mean;
    if (mean > TOLERANCE * known && !isAtRest) return known;
    this.#firstSamples = Math.min(FIRST_SAMPLES, this.#firstSamples + this.#samples);
    return known + (mean - known) * Math.min(1, this.#samples / this.#firstSamples);
  }

  /** The lowest latency. It may rise for as long as the service was at rest. */
  #nextBaseline(latency: number, restSecs: number): number {
    return Math.min(latency, (this.#baseline ?? latency) * 2 ** (restSecs / DOUBLING_SECS));
  }

  #move(baseline: number, latency: number): void {
    // Written as a negation so that two times 0 count as equal.
    const isSlow = !(latency <= TOLERANCE * baseline);
    const gradient = isSlow ? Math.max(STEEPEST, (TOLERANCE * baseline) / latency) : 1;
    if (isSlow) this.#isStarting = false;
    const asked = this.#limit * gradient + Math.max(1, Math.sqrt(this.#limit));
    const next = this.#isStarting ? this.#limit * 1.5 : this.#limit + STEP * (asked - this.#limit);
    this.#limit = Math.min(this.#max, Math.max(this.#min, next));
    const isOnFloor = gradient === STEEPEST && this.#limit <= Math.max(this.#min, FLOOR);
    this.#windowsOnFloor = isOnFloor ? this.#windowsOnFloor + 1 : 0;
    if (this.#windowsOnFloor < WINDOWS_ON_FLOOR) return;
    this.#windowsOnFloor = 0;
    this.#baseline = this.#latency;
    this.#isStarting = true;
    this.#firstSamples = 0;
    this.#epoch += 1;
  }
}
