import {
  type BucketStore,
  type Decision,
  decided,
  type Limit,
  type Lockout,
  type Reservations,
  type ReserveOptions,
  TimeoutError,
  type Want,
} from '@breaking/core';
import { AnswerDeadline } from '@breaking/core/internal';
import type { ScriptRunner } from './clients.js';
import { argumentsOf, type Command, command, reservePayload, strikePayload } from './command.js';
import { redisKey } from './redisKey.js';
import { reservationsIn } from './reservationAnswer.js';
import { SCRIPT, SCRIPT_SHA1 } from './script.js';
import { localMicros, ServerTime } from './serverTime.js';

interface Answer {
  /** Whether it reached the server too late, and had no effect. */
  readonly isLate: boolean;
  readonly isDone: boolean;
  /** The server's time, in microseconds. */
  readonly time: number;
  /** The first word: what is left of a block, or the result of `take` and `strike`. */
  readonly number: number;
  readonly words: readonly string[];
}

export interface ScriptedStoreSettings {
  readonly prefix: string;
  readonly deadlineSecs: number;
  /** For tests: the time in microseconds for an operation's `now`. It replaces the server's clock. */
  readonly microsAt?: (now: number) => number;
}

/**
 * A store that runs the script for each operation. Clients queue commands while they have no connection, and some send them
 * again. So every command carries the server's time after which it has no effect.
 */
export class ScriptedBucketStore implements BucketStore {
  readonly #runner: ScriptRunner;
  readonly #settings: ScriptedStoreSettings;
  readonly #serverTime = new ServerTime();
  readonly #deadline: AnswerDeadline;

  constructor(runner: ScriptRunner, settings: ScriptedStoreSettings) {
    this.#runner = runner;
    this.#settings = settings;
    this.#deadline = new AnswerDeadline(this, settings.deadlineSecs);
  }

  check(key: string, limits: readonly Limit[], cost: number, now: number): Promise<Decision> {
    return this.#decide('check', key, limits, cost, now);
  }

  peek(key: string, limits: readonly Limit[], cost: number, now: number): Promise<Decision> {
    return this.#decide('peek', key, limits, cost, now);
  }

  async refund(key: string, limits: readonly Limit[], n: number, now: number): Promise<void> {
    await this.#operate(key, command('refund', limits, n), now);
  }

  async reset(key: string): Promise<void> {
    await this.#operate(key, command('reset'), 0);
  }

  async take(key: string, limits: readonly Limit[], n: number, now: number): Promise<number> {
    return (await this.#operate(key, command('take', limits, n), now)).number;
  }

  async block(key: string, limits: readonly Limit[], secs: number, now: number): Promise<void> {
    await this.#operate(key, command('block', limits, secs), now);
  }

  async strike(key: string, limits: readonly Limit[], lockout: Lockout, now: number): Promise<number> {
    return (await this.#operate(key, command('strike', limits, 0, strikePayload(lockout)), now)).number;
  }

  async reserve(
    key: string,
    wants: readonly Want[],
    { earliest, withdrawn }: ReserveOptions,
    now: number,
  ): Promise<Reservations> {
    const { microsAt } = this.#settings;
    const askedAt = localMicros();
    /** The server's time at the limiter's `now`. It is never ahead of it, so no caller proceeds too early. */
    const serverNow = () => (microsAt ? microsAt(now) : this.#serverTime.at(askedAt));
    const first = Number.isFinite(earliest) ? ([serverNow(), earliest - now] as const) : undefined;
    const payload = reservePayload(wants, withdrawn, first);
    const { isDone, time, words } = await this.#operate(key, command('reserve', [], 0, payload), now);
    return reservationsIn(words, isDone, wants, time, now + (time - serverNow()) / 1e6);
  }

  async #decide(
    operation: 'check' | 'peek',
    key: string,
    limits: readonly Limit[],
    cost: number,
    now: number,
  ): Promise<Decision> {
    const answer = await this.#operate(key, command(operation, limits, cost), now);
    const debts = answer.words.slice(1).map(Number);
    return decided(limits, debts, cost, answer.isDone, 'store', answer.number);
  }

  /**
   * Sends a command. If the server reports it as late although the deadline has not passed here, the server's clock was
   * unknown or has jumped. The response says that nothing was done and has the right time, so the command is sent once more.
   */
  async #operate(key: string, asked: Command, now: number): Promise<Answer> {
    const { prefix } = this.#settings;
    const startedAt = localMicros();
    const deadlineSecs = this.#deadline.asked();
    const endsAt = startedAt + deadlineSecs * 1e6;
    const send = () => this.#send(redisKey(prefix, key), asked, now, endsAt);
    const first = await send();
    if (!first.isLate) return first;
    if (localMicros() < endsAt) {
      const second = await send();
      if (!second.isLate) return second;
    }
    throw new TimeoutError(`Redis: ${asked.operation}`, deadlineSecs);
  }

  async #send(key: string, asked: Command, now: number, endsAt: number): Promise<Answer> {
    const { microsAt } = this.#settings;
    const latest = microsAt ? `@${microsAt(now).toFixed(0)}` : this.#serverTime.at(endsAt).toFixed(0);
    const args = argumentsOf(asked, latest);
    const askedAt = localMicros();
    const text = String(await this.#run(key, args));
    const [status = '', moment = '', ...words] = text.split(' ');
    const time = microsIn(moment);
    const isLate = status === 'late';
    const isComplete =
      asked.operation === 'reserve' ? words.length > 0 : words.length === 1 + asked.limits.length;
    const isShort =
      asked.operation === 'block' || asked.operation === 'strike' || asked.operation === 'reset';
    if (!/^([01]|late)$/.test(status) || !(isLate || isComplete || (isShort && words.length === 1))) {
      throw new Error(`Redis: unexpected answer to ${asked.operation}: ${JSON.stringify(text.slice(0, 60))}`);
    }
    if (!microsAt) this.#serverTime.learn(time, askedAt, localMicros());
    if (!isLate) this.#deadline.answered();
    const number = words[0] === 'inf' ? Infinity : Number(words[0]);
    return { isLate, isDone: status === '1', time, number, words };
  }

  /** A server loses its scripts on a restart or SCRIPT FLUSH. Only then the text is sent. */
  async #run(key: string, args: readonly string[]): Promise<unknown> {
    try {
      return await this.#runner.runKnown(SCRIPT_SHA1, key, args);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return this.#runner.run(SCRIPT, key, args);
    }
  }
}

/** The server's time in microseconds, from the form `seconds:microseconds`. */
function microsIn(moment: string): number {
  const [secs, micros] = moment.split(':');
  return Number(secs) * 1e6 + Number(micros);
}
