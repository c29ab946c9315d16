import type { Clock } from '@breaking/core';
import { Redis } from 'ioredis';
import { runnerOf } from '../src/clients.js';
import { ScriptedBucketStore } from '../src/scriptedBucketStore.js';
import type { SharedServer } from './server/sharedServer.js';

/** A clock that a test moves, forwards or backwards. */
export class SimulatedClock implements Clock {
  #micros = 0;

  secondsSinceEpoch(): number {
    return this.#micros / 1e6;
  }

  /** @param secs rounded up to a whole microsecond, the unit of the script */
  advanceBy(secs: number): void {
    this.#micros += Math.ceil(secs * 1e6);
  }
}

/** Far ahead of the server's clock. Keys expire by that clock, and none may expire while the script counts with this one. */
const AHEAD_MICROS = (Date.now() + 10 * 365.25 * 86_400_000) * 1000;

/** A store whose script uses the `now` of each operation as the time. */
export function storeInSimulatedTime(server: SharedServer, prefix: string) {
  const client = new Redis(server.url);
  const microsAt = (now: number) => AHEAD_MICROS + Math.round(now * 1e6);
  const store = new ScriptedBucketStore(runnerOf('client', client), { prefix, deadlineSecs: 60, microsAt });
  return { store, client };
}
