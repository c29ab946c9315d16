import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type {
  CallMessage,
  ConcurrencyMessage,
  Decision,
  DecisionMessage,
  DecisionSource,
  StoreErrorMessage,
  TransitionMessage,
} from '@breaking/core';
import { Metric } from './metric.js';
import { OpenKeys } from './openKeys.js';

// Written out, so that a decision finds its variant without building a string.
type BySource = Readonly<Record<DecisionSource, string>>;
const bySource = (result: string): BySource => ({
  store: `${result} store`,
  local: `${result} local`,
  denyCache: `${result} denyCache`,
  lease: `${result} lease`,
});
const ALLOWED = bySource('allowed');
const REFUSED = bySource('refused');
const WOULD_REFUSE = bySource('would_refuse');

/** What a refusal by a block violates, as in header fields. No limit may have this name. */
const BLOCK = 'block';

/** The names of what refused: of limits, and `block` where the key is blocked. */
export function violationsOf({ blocked, violated }: Decision): string[] {
  return blocked ? [BLOCK, ...violated] : [...violated];
}

/**
 * Counts the messages on Breaking's channels, from its start until it is stopped. A decision costs two look-ups and an
 * addition. Collectors read the values.
 */
export class Counting {
  readonly #decisions = new Metric({
    name: 'breaking.rate_limit.decisions',
    kind: 'counter',
    unit: '{decision}',
    description: 'Decisions of rate limits, by result (allowed, refused, would_refuse) and by who decided.',
    labelNames: ['result', 'source'],
  });
  readonly #violations = new Metric({
    name: 'breaking.rate_limit.violations',
    kind: 'counter',
    unit: '{violation}',
    description:
      'Limits that had too few tokens for a request, also where it was not refused for that; block for blocked keys.',
    labelNames: ['limit'],
    isOpen: true,
  });
  readonly #calls = new Metric({
    name: 'breaking.circuit_breaker.calls',
    kind: 'counter',
    unit: '{call}',
    description: 'Calls through circuit breakers, by outcome (success, failure, ignored, refused).',
    labelNames: ['outcome'],
  });
  readonly #transitions = new Metric({
    name: 'breaking.circuit_breaker.transitions',
    kind: 'counter',
    unit: '{transition}',
    description: 'Changes of state of circuit breakers, by new state and reason.',
    labelNames: ['to', 'reason'],
  });
  readonly #open = new Metric({
    name: 'breaking.circuit_breaker.open',
    kind: 'upDownCounter',
    unit: '{breaker}',
    description: 'Circuit breakers whose last change of state was not to closed.',
  });
  readonly #places = new Metric({
    name: 'breaking.concurrency_limit.decisions',
    kind: 'counter',
    unit: '{decision}',
    description: 'Decisions of concurrency limits, by result (allowed, refused).',
    labelNames: ['result'],
  });
  readonly #inFlight = new Metric({
    name: 'breaking.concurrency_limit.in_flight',
    kind: 'upDownCounter',
    unit: '{request}',
    description: 'Requests under way at the last decision of the concurrency limit.',
  });
  readonly #limit = new Metric({
    name: 'breaking.concurrency_limit.limit',
    kind: 'gauge',
    unit: '{request}',
    description: 'Requests that may be under way, at the last decision of the concurrency limit.',
  });
  readonly #storeErrors = new Metric({
    name: 'breaking.store.errors',
    kind: 'counter',
    unit: '{error}',
    description: 'Operations to which the store of a rate limit gave no answer.',
  });
  readonly #openKeys = new OpenKeys(this.#open);
  readonly #onRefused: ((message: DecisionMessage) => void) | undefined;

  readonly metrics: readonly Metric[] = [
    this.#decisions,
    this.#violations,
    this.#calls,
    this.#transitions,
    this.#open,
    this.#places,
    this.#inFlight,
    this.#limit,
    this.#storeErrors,
  ];

  readonly #listeners: readonly [channel: string, listener: (message: unknown) => void][] = [
    ['breaking:rate_limit:decision', message => this.#decided(message as DecisionMessage)],
    ['breaking:circuit_breaker:call', message => this.#called(message as CallMessage)],
    ['breaking:circuit_breaker:transition', message => this.#changed(message as TransitionMessage)],
    ['breaking:concurrency_limit:decision', message => this.#placed(message as ConcurrencyMessage)],
    ['breaking:store:error', message => this.#failed(message as StoreErrorMessage)],
  ];

  /** @param onRefused called for each decision that refuses a request */
  constructor(onRefused?: (message: DecisionMessage) => void) {
    this.#onRefused = onRefused;
  }

  start(): void {
    for (const [channel, listener] of this.#listeners) subscribe(channel, listener);
  }

  /** Stops counting and unsubscribes. */
  stop(): void {
    for (const [channel, listener] of this.#listeners) unsubscribe(channel, listener);
  }

  #decided(message: DecisionMessage): void {
    const { name, decision, enforced, source } = message;
    if (decision.allowed) {
      this.#decisions.of(name, ALLOWED[source]).value++;
      return;
    }
    this.#decisions.of(name, (enforced ? REFUSED : WOULD_REFUSE)[source]).value++;
    for (const limit of violationsOf(decision)) this.#violations.of(name, limit).value++;
    if (enforced) this.#onRefused?.(message);
  }

  #called({ name, outcome }: CallMessage): void {
    this.#calls.of(name, outcome).value++;
  }

  #changed({ name, key, to, reason }: TransitionMessage): void {
    this.#transitions.of(name, `${to} ${reason}`).value++;
    this.#openKeys.changed(name, key, to === 'closed');
  }

  #placed({ name, allowed, inFlight, limit }: ConcurrencyMessage): void {
    this.#places.of(name, allowed ? 'allowed' : 'refused').value++;
    this.#inFlight.of(name).value = inFlight;
    this.#limit.of(name).value = limit;
  }

  #failed({ name }: StoreErrorMessage): void {
    this.#storeErrors.of(name).value++;
  }
}
