import { type BucketStore, type Decision, decided, type Limit, TimeoutError } from '@breaking/core';
import type { ScriptRunner } from './clients.js';
import { redisKey } from './redisKey.js';
import { SCRIPT, SCRIPT_SHA1 } from './script.js';
import { localMicros, ServerTime } from './serverTime.js';

type Operation = 'check' | 'peek' | 'refund' | 'reset';

interface Answer {
  /** Whether the command reached the server too late, so that nothing was done. */
  readonly isLate: boolean;
  readonly allowed: boolean;
  readonly debts: readonly number[];
}

export interface ScriptedStoreSettings {
  readonly prefix: string;
  readonly deadlineSecs: number;
  /** For tests: the time in microseconds for an operation's `now`. It replaces the server's clock. */
  readonly microsAt?: (now: number) => number;
}

/**
 * A store that runs the script for each operation. Clients keep commands while they have no connection, and some send them
 * again. So every command carries the server's time after which it does nothing.
 */
export class ScriptedBucketStore implements BucketStore {
  readonly #runner: ScriptRunner;
  readonly #settings: ScriptedStoreSettings;
  readonly #serverTime = new ServerTime();

  constructor(runner: ScriptRunner, settings: ScriptedStoreSettings) {
    this.#runner = runner;
    this.#settings = settings;
  }

  check(key: string, limits: readonly Limit[], cost: number, now: number): Promise<Decision> {
    return this.#decide('check', key, limits, cost, now);
  }

  peek(key: string, limits: readonly Limit[], cost: number, now: number): Promise<Decision> {
    return this.#decide('peek', key, limits, cost, now);
  }

  async refund(key: string, limits: readonly Limit[], n: number, now: number): Promise<void> {
    await this.#operate('refund', key, limits, n, now);
  }

  async reset(key: string): Promise<void> {
    await this.#operate('reset', key, [], 0, 0);
  }

  async #decide(
    operation: Operation,
    key: string,
    limits: readonly Limit[],
    cost: number,
    now: number,
  ): Promise<Decision> {
    const { allowed, debts } = await this.#operate(operation, key, limits, cost, now);
    return decided(limits, debts, cost, allowed);
  }

  /**
   * Sends an operation. If the server says that it came too late although the deadline has not passed here, the server's
   * clock was unknown or has jumped. The answer says that nothing was done and tells the right time, so it is sent once more.
   */
  async #operate(
    operation: Operation,
    key: string,
    limits: readonly Limit[],
    tokens: number,
    now: number,
  ): Promise<Answer> {
    const { prefix, deadlineSecs } = this.#settings;
    const startedAt = localMicros();
    const send = () => this.#send(operation, redisKey(prefix, key), limits, tokens, now, startedAt);
    const first = await send();
    if (!first.isLate) return first;
    if (localMicros() - startedAt < deadlineSecs * 1e6) {
      const second = await send();
      if (!second.isLate) return second;
    }
    throw new TimeoutError(`Redis: ${operation}`, deadlineSecs);
  }

  async #send(
    operation: Operation,
    key: string,
    limits: readonly Limit[],
    tokens: number,
    now: number,
    startedAt: number,
  ): Promise<Answer> {
    const { deadlineSecs, microsAt } = this.#settings;
    const latest = microsAt ? Number.MAX_SAFE_INTEGER : this.#serverTime.at(startedAt + deadlineSecs * 1e6);
    const args = [operation, String(tokens), latest.toFixed(0), microsAt ? microsAt(now).toFixed(0) : ''];
    for (const { name, capacityMax, restoreRateHz } of limits) {
      args.push(name, String(capacityMax), String(restoreRateHz));
    }
    const askedAt = localMicros();
    const text = String(await this.#run(key, args));
    const [status = '', time, ...debts] = text.split(' ');
    const isLate = status === 'late';
    if (!/^([01]|late)$/.test(status) || (!isLate && debts.length !== limits.length)) {
      throw new Error(`Redis: unexpected answer to ${operation}: ${JSON.stringify(text.slice(0, 60))}`);
    }
    if (!microsAt) this.#serverTime.learn(Number(time), askedAt, localMicros());
    return { isLate, allowed: status === '1', debts: debts.map(Number) };
  }

  /** A server forgets its scripts when it restarts or is told to. The text is sent only then. */
  async #run(key: string, args: readonly string[]): Promise<unknown> {
    try {
      return await this.#runner.runKnown(SCRIPT_SHA1, key, args);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return this.#runner.run(SCRIPT, key, args);
    }
  }
}
