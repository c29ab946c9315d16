import type { Contender } from './contender.js';

/** What one process measured in one run, by metric. The name of a metric contains its unit. */
export type Measured = Readonly<Record<string, number>>;

/** A part of the benchmark: its contenders, and what is measured of each in a separate process. */
export interface Part<C extends Contender = Contender> {
  /** The NAME in `npm run bench -- NAME`. */
  readonly name: string;
  readonly title: string;
  /** The folder of its contenders. */
  readonly family: string;
  /** How often each contender is measured. Between two rounds of a contender, every other one has a round. */
  readonly rounds: number;
  /** The runs of each contender, each in a separate process. */
  readonly runs: readonly string[];
  /** Flags for Node in addition to `--expose-gc`. */
  readonly nodeFlags?: readonly string[];
  takesPart(contender: C, run: string): boolean;
  measure(contender: C, run: string): Promise<Measured>;
}
