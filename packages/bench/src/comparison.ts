import type { PartResult, Results } from './results.js';
import type { MetricSamples } from './rounds.js';
import { median } from './stats.js';

/** The contenders of one metric, as medians. */
export class Comparison {
  readonly #part: PartResult;
  readonly #samples: MetricSamples;

  private constructor(part: PartResult, samples: MetricSamples) {
    this.#part = part;
    this.#samples = samples;
  }

  /** Undefined if it has not been measured yet. */
  static of(results: Results, part: string, run: string, metric: string): Comparison | undefined {
    const result = results[part];
    const samples = result?.samples[run]?.[metric];
    return result && samples && new Comparison(result, samples);
  }

  /** NaN for a contender that did not take part, or whose process died. */
  medianOf(name: string): number {
    return median(this.#samples[name] ?? []);
  }

  get ours(): number {
    return this.medianOf(this.#named('ours')[0] ?? '');
  }

  /** The peer with the lowest median; NaN if there is none. */
  get leanestPeer(): { readonly name: string; readonly median: number } {
    const [leanest] = this.#named('peer')
      .map(name => ({ name, median: this.medianOf(name) }))
      .filter(peer => !Number.isNaN(peer.median))
      .sort((a, b) => a.median - b.median);
    return leanest ?? { name: 'no peer', median: Number.NaN };
  }

  #named(role: 'ours' | 'peer'): readonly string[] {
    return Object.keys(this.#samples).filter(name => this.#part.contenders[name]?.role === role);
  }
}
