import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setImmediate } from 'node:timers/promises';
import type {
  CallMessage,
  ConcurrencyMessage,
  DecisionMessage,
  StoreErrorMessage,
  TransitionMessage,
} from '@breaking/core';
import { afterEach, beforeEach, expect, onTestFinished } from 'vitest';

interface Messages {
  'breaking:rate_limit:decision': DecisionMessage;
  'breaking:store:error': StoreErrorMessage;
  'breaking:circuit_breaker:transition': TransitionMessage;
  'breaking:circuit_breaker:call': CallMessage;
  'breaking:concurrency_limit:decision': ConcurrencyMessage;
}

/** The messages that are published on a channel until the test ends. */
export function heard<C extends keyof Messages>(channel: C): readonly Messages[C][];
export function heard(channel: string): readonly unknown[];
export function heard(channel: string): readonly unknown[] {
  const messages: unknown[] = [];
  const hear = (message: unknown) => void messages.push(message);
  subscribe(channel, hear);
  onTestFinished(() => void unsubscribe(channel, hear));
  return messages;
}

/** The outcomes of requests until the test ends, with the names of their breakers: `name outcome`, in order. */
export function breakerOutcomes(): () => readonly string[] {
  const calls = heard('breaking:circuit_breaker:call');
  return () => calls.map(({ name, outcome }) => `${name} ${outcome}`);
}

/** The process warnings of this library until the test ends. Others fail it, with `run/warnings.ts`. */
export function warned(): readonly Warning[] {
  const warnings: Warning[] = [];
  const hear = (warning: Error) => {
    if (warning.name === 'BreakingWarning') warnings.push(warning as Warning);
  };
  process.on('warning', hear);
  onTestFinished(() => void process.off('warning', hear));
  return warnings;
}

/** Allows every test of the file or suite to cause process warnings with these codes, and no others. */
export function provokes(...codes: readonly string[]): void {
  const warnings: Warning[] = [];
  const hear = (warning: Error) => warnings.push(warning as Warning);
  beforeEach(() => void process.on('warning', hear));
  afterEach(async () => {
    await turn();
    process.off('warning', hear);
    expect(warnings.splice(0).filter(({ code }) => !codes.includes(code))).toEqual([]);
  });
}

export interface Warning extends Error {
  readonly code: string;
}

/** One turn of the event loop, after which everything that waits for nothing has happened. */
export function turn(): Promise<void> {
  return setImmediate();
}

/** What has not happened after a minute and as many turns will not happen, however busy the machine is. */
const LONGEST_SECS = 60;
const MOST_TURNS = 10_000;

/** Takes turns of the event loop until it is so. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const endSecs = process.uptime() + LONGEST_SECS;
  for (let turns = 0; !(await isSo()); turns++) {
    if (turns > MOST_TURNS && process.uptime() > endSecs) throw new Error(`This has not come true: ${isSo}`);
    await turn();
  }
}

/** A promise that a test resolves. */
export class Held<T = void> {
  readonly promise: Promise<T>;
  readonly release: (value: T) => void;

  constructor() {
    let release: (value: T) => void = () => {};
    this.promise = new Promise(resolve => {
      release = resolve;
    });
    this.release = release;
  }
}
