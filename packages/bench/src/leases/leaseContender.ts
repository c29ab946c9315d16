import type { Redis } from 'ioredis';
import type { Contender } from '../contender.js';

/** Decides on a key, directly or with a promise. */
export type Ask = (key: string) => unknown;

/** How tokens are taken. */
export interface Taking {
  /** The most tokens on lease for one key; undefined takes each token from the store. */
  readonly tokens: number | undefined;
  /** Whether it is wrapped as a gate does it: with a deadline and a fallback. */
  readonly asGate: boolean;
}

export interface LeaseContender extends Contender {
  /** Whether the contender supports this. */
  can(taking: Taking): boolean;
  open(client: Redis, taking: Taking): Promise<Ask>;
}
