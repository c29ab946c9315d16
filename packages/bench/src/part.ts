import type { Contender } from './contender.js';

/** What one process measured in one run, by metric. A metric's name says its unit. */
export type Measured = Readonly<Record<string, number>>;

/** One part of the benchmark: its contenders, and what is measured of each in a process of its own. */
export interface Part<C extends Contender = Contender> {
  /** What `npm run bench -- NAME` runs. */
  readonly name: string;
  readonly title: string;
  /** The folder of its contenders. */
  readonly family: string;
  /** How often each is measured. Between two rounds of one contender lies a round of every other. */
  readonly rounds: number;
  /** What each contender goes through, a process for each. */
  readonly runs: readonly string[];
  /** Flags for node, beside `--expose-gc`. */
  readonly nodeFlags?: readonly string[];
  takesPart(contender: C, run: string): boolean;
  measure(contender: C, run: string): Promise<Measured>;
}
