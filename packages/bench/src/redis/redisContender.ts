import type { Redis } from 'ioredis';
import type { Contender } from '../contender.js';

/** What is asked of the server. */
export interface Asked {
  readonly limits: Readonly<Record<string, { readonly capacityMax: number; readonly restoreRateHz: number }>>;
  readonly cost: number;
  readonly isBlocked: boolean;
}

/** Keys as the adapters make them of addresses. */
export const KEYS: readonly string[] = Array.from({ length: 500 }, (_, i) => `ip:10.${i >> 8}.${i & 255}.7`);

export interface RedisContender extends Contender {
  /** Whether it knows what is asked. */
  can(asked: Asked): boolean;
  /** Gives what decides on a key. */
  open(client: Redis, asked: Asked): Promise<(key: string) => Promise<unknown>>;
}
