/** How few calls may be under way at most at the start, and what the limit falls to by itself while latency stays high. */
const START = 5;
const FLOOR = 4.4;
/** A window has at least this many seconds and durations, and is then closed once its mean is known well enough. */
const WINDOW_SECS = 0.5;
const WINDOW_SAMPLES = 20;
const STANDARD_ERROR = 0.1;
const LONGEST_WINDOW_SECS = 5;
/** The weight of a window's mean in the smoothed one, and of the limit that a window asks for in the next limit. */
const SMOOTHING = 0.3;
const STEP = 0.1;
/** How many times the baseline latency may be before the limit falls. */
const TOLERANCE = 1.5;
/** The least that a window asks for, as a share of the limit. */
const STEEPEST = 0.5;
/** The baseline at most doubles in this time. */
const DOUBLING_SECS = 60;
/** How many durations the first baseline is the mean of, at most. */
const FIRST_SAMPLES = 500;
/** How many times the baseline a single duration counts for at most. */
const LONGEST_SAMPLE = 10;
/** After so many windows on the floor, all much slower than the baseline, the service itself has become slower. */
const WINDOWS_ON_FLOOR = 5;

/**
 * A limit on the calls under way that follows latency: its state and all its arithmetic, without clock or calls. The time
 * is an argument.
 *
 * Durations are gathered in windows. A window's smoothed mean is compared with the baseline, the lowest so far: the limit
 * grows while latency stays near the baseline, and falls once it is well above. Where it settles, calls take one and a
 * half times to twice as long as in a service that is not loaded.
 *
 * - The limit moves only while it is used. A window in which only low priorities were refused shows the latency of fewer
 *   calls than the limit: it is scaled up to what it would be with all places taken.
 * - The baseline rises only in windows in which nobody was refused and at most half of the limit was used. So a queue of
 *   our own making is never taken for the normal latency, however long an overload lasts.
 * - A window lasts until its mean is known within 10 % (standard error). The lowest of many means that are less certain is
 *   far below the true one. At the start, until latency answers for the first time, windows are as short as they may be, the
 *   limit grows by half with each, and the baseline is their mean: a service that has been restarted soon takes its load.
 * - A duration counts for at most ten times the baseline: a few calls that hang say nothing of capacity.
 * - A service that has become much slower, under an overload that does not end, holds the limit at its floor, where four
 *   calls cannot be the reason. After five such windows it starts anew, with the present latency as the baseline.
 *
 * Source: the gradient is that of Netflix's concurrency-limits (Gradient2Limit, with a tolerance of 1.5). Baseline, windows
 * and caps are our own, and come from the simulations in packages/testkit.
 */
export class AdaptiveLimit {
  readonly #min: number;
  readonly #max: number;
  /** With its fraction. */
  #limit: number;
  /** From the start until latency answers: the limit grows by half each time, and the baseline is a mean. */
  #isStarting = true;
  #firstSamples = 0;
  /** Mean durations in seconds: the lowest, and the present one. */
  #baseline: number | undefined;
  #latency: number | undefined;
  #windowsOnFloor = 0;
  #epoch = 0;
  /** The present window. It begins with its first duration. */
  #since = 0;
  #samples = 0;
  #sum = 0;
  #sumOfSquares = 0;
  #peak = 0;
  #hasRefused = false;

  /** @param min,max what the limit never leaves: whole numbers, 1 <= min <= max */
  constructor(min: number, max: number) {
    this.#min = min;
    this.#max = max;
    this.#limit = Math.min(max, Math.max(min, START));
  }

  /** How many calls may be under way: a whole number. */
  get limit(): number {
    return Math.floor(this.#limit);
  }

  /** A call carries the epoch in which it began. Its duration counts in that epoch alone: a new one begins with a new baseline. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Takes note of an admission, or of a refusal: how many calls are under way with it. */
  note(inFlight: number, isRefusal: boolean): void {
    if (inFlight > this.#peak) this.#peak = inFlight;
    if (isRefusal) this.#hasRefused = true;
  }

  /**
   * Takes note of how long a call took.
   * @param secs >= 0
   * @param inFlight the calls that are still under way
   */
  sample(secs: number, epoch: number, inFlight: number, now: number): void {
    if (epoch !== this.#epoch) return;
    const counted = this.#baseline ? Math.min(secs, LONGEST_SAMPLE * this.#baseline) : secs;
    // A clock that stepped back begins the window anew, but loses none of its durations.
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

  /** The mean of what was seen until now, or of the latest part of it, without what a queue may have made slow. */
  #firstBaseline(mean: number, isAtRest: boolean): number {
    const known = this.#baseline ?? mean;
    if (mean > TOLERANCE * known && !isAtRest) return known;
    this.#firstSamples = Math.min(FIRST_SAMPLES, this.#firstSamples + this.#samples);
    return known + (mean - known) * Math.min(1, this.#samples / this.#firstSamples);
  }

  /** The lowest latency, which may rise for as long as the service was at rest. */
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
