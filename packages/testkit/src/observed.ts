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

/** Everything that is published on a channel until the test is finished. */
export function heard<C extends keyof Messages>(channel: C): readonly Messages[C][] {
  const messages: Messages[C][] = [];
  const hear = (message: unknown) => void messages.push(message as Messages[C]);
  subscribe(channel, hear);
  onTestFinished(() => void unsubscribe(channel, hear));
  return messages;
}

/** What has become of the requests until the test is finished, and for which breakers: `name outcome`, in order. */
export function breakerOutcomes(): () => readonly string[] {
  const calls = heard('breaking:circuit_breaker:call');
  return () => calls.map(({ name, outcome }) => `${name} ${outcome}`);
}

/** The codes of this library's process warnings until the test is finished. */
export function warned(): readonly Warning[] {
  const warnings: Warning[] = [];
  const hear = (warning: Error) => {
    if (warning.name === 'BreakingWarning') warnings.push(warning as Warning);
  };
  process.on('warning', hear);
  onTestFinished(() => void process.off('warning', hear));
  return warnings;
}

/** Lets every test of the file or suite cause process warnings with these codes, and no others. */
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

/** One turn of the event loop: what was to happen without waiting for anything has happened then. */
export function turn(): Promise<void> {
  return setImmediate();
}

/** A promise that a test resolves when it likes. */
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
