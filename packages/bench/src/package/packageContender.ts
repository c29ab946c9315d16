import type { Contender } from '../contender.js';

/** A package that a program imports. */
export interface PackageContender extends Contender {
  /** The name that an application imports. */
  readonly specifier: string;
  /** The folders of our packages to pack for it: the published form differs from what this repository runs. */
  readonly packed: readonly string[];
}
