import type { Redis } from 'ioredis';
import type { Contender } from '../contender.js';

/** What is measured on the server. */
export interface Asked {
  readonly limits: Readonly<Record<string, { readonly capacityMax: number; readonly restoreRateHz: number }>>;
  readonly cost: number;
  readonly isBlocked: boolean;
}

/** Keys as adapters make them from addresses. */
export const KEYS: readonly string[] = Array.from({ length: 500 }, (_, i) => `ip:10.${i >> 8}.${i & 255}.7`);

export interface RedisContender extends Contender {
  /** Whether the contender supports this. */
  can(asked: Asked): boolean;
  /** Returns a function that decides on a key. */
  open(client: Redis, asked: Asked): Promise<(key: string) => Promise<unknown>>;
}
