import type { Contender } from '../contender.js';

/** A package that a program imports. */
export interface PackageContender extends Contender {
  /** Which name an application imports. */
  readonly specifier: string;
  /** The packages of ours that are packed for it, by folder: what is published is not what this repository runs. */
  readonly packed: readonly string[];
}
