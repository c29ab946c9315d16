/** Possible widths of bins in seconds, from a minute to a week. */
const WIDTHS = [60, 300, 900, 3600, 10_800, 86_400, 604_800];
const MOST_BINS = 400;

/** Requests over time in bins of equal width, and how many of them were refused. */
export class Timeline {
  /** Unix time in seconds at which the first bin begins. */
  readonly start: number;
  readonly widthSecs: number;
  readonly requests: Float64Array;
  readonly refused: Float64Array;

  /** @param first,last the Unix times in seconds of the first and the last request */
  constructor(first: number, last: number) {
    const bins = (width: number) => Math.floor(last / width) - Math.floor(first / width) + 1;
    this.widthSecs =
      WIDTHS.find(width => bins(width) <= MOST_BINS) ?? Math.ceil((last - first + 1) / (MOST_BINS - 1));
    this.start = Math.floor(first / this.widthSecs) * this.widthSecs;
    this.requests = new Float64Array(bins(this.widthSecs));
    this.refused = new Float64Array(this.requests.length);
  }

  add(at: number, isRefused: boolean): void {
    const bin = Math.floor((at - this.start) / this.widthSecs);
    (this.requests[bin] as number) += 1;
    if (isRefused) (this.refused[bin] as number) += 1;
  }
}
