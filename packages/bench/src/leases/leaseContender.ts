import type { Redis } from 'ioredis';
import type { Contender } from '../contender.js';

/** Decides on a key, at once or with a promise. */
export type Ask = (key: string) => unknown;

/** How a key's tokens are taken. */
export interface Taking {
  /** The most tokens on lease for one key; undefined takes each token by itself. */
  readonly tokens: number | undefined;
  /** Whether it is asked as a gate asks: with a deadline, and with somebody to stand in for the store. */
  readonly asGate: boolean;
}

export interface LeaseContender extends Contender {
  /** Whether it knows this. */
  can(taking: Taking): boolean;
  open(client: Redis, taking: Taking): Promise<Ask>;
}
