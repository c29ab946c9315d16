import type { Clock } from '@breaking/core';
import { Redis } from 'ioredis';
import { runnerOf } from '../src/clients.js';
import { ScriptedBucketStore } from '../src/scriptedBucketStore.js';
import type { SharedServer } from './server/sharedServer.js';

/** A clock that a test moves, also backwards. */
export class SimulatedClock implements Clock {
  #micros = 0;

  secondsSinceEpoch(): number {
    return this.#micros / 1e6;
  }

  /** @param secs rounded up to a whole microsecond: the script counts in those */
  advanceBy(secs: number): void {
    this.#micros += Math.ceil(secs * 1e6);
  }
}

/** Far enough ahead of the server's own clock that no key expires on it, while the script counts by the tests'. */
const AHEAD_MICROS = (Date.now() + 10 * 365.25 * 86_400_000) * 1000;

/** A store whose script takes its time from the `now` of each operation. */
export function storeInSimulatedTime(server: SharedServer, prefix: string) {
  const client = new Redis(server.url);
  const microsAt = (now: number) => AHEAD_MICROS + Math.round(now * 1e6);
  const store = new ScriptedBucketStore(runnerOf('client', client), { prefix, deadlineSecs: 10, microsAt });
  return { store, client };
}
