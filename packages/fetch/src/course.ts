import { isCallersAbort } from '@breaking/core/internal';
import { attemptChannel } from './events.js';
import { quotaLeft } from './head/quotaLeft.js';
import { retryAfterSecs } from './head/retryAfter.js';
import type { Settings } from './options.js';
import { isRepeatable, isTransient, jitteredSecs } from './retry/rules.js';
import type { Passage, Upstream } from './upstream.js';
import { type Patience, sleepUntil } from './waiting.js';

/** What decides whether a request may be sent again. */
export interface Repeatability {
  readonly method: string;
  readonly hasIdempotencyKey: boolean;
  readonly isResendable: boolean;
}

/** The head of a response. */
export interface Head {
  readonly status: number;
  readonly fields: Headers;
}

/** How an attempt ended: with a head, or an error. */
type End = Head | { readonly error: unknown };

/** The attempts of one call: reports each result to the upstream, and decides whether there is another attempt. */
export class Course {
  readonly #settings: Settings;
  readonly #upstream: Upstream;
  readonly #patience: Patience;
  readonly #request: () => Repeatability;
  #attempt = 0;

  /** @param request called only after an attempt that may be repeated */
  constructor(settings: Settings, upstream: Upstream, patience: Patience, request: () => Repeatability) {
    this.#settings = settings;
    this.#upstream = upstream;
    this.#patience = patience;
    this.#request = request;
  }

  /**
   * Records the head of a response.
   * @returns seconds until the next attempt, apart from a pause; undefined if there is none
   */
  answered({ sent, permit }: Passage, head: Head, isFailed: boolean): number | undefined {
    if (isFailed) permit?.failure();
    else permit?.success();
    if (sent !== undefined) {
      const { status, fields } = head;
      const left = quotaLeft(fields, Date.now());
      const asked = status === 429 ? retryAfterSecs(fields, Date.now()) : undefined;
      const reset = left?.remaining === 0 ? left.resetSecs : undefined;
      this.#upstream.pause(Math.max(asked ?? 0, reset ?? 0));
      this.#upstream.heard(sent, left);
    }
    return this.#ended(head);
  }

  /** Records an attempt that failed without a head. @returns as {@link answered} */
  failed({ sent, permit }: Passage, error: unknown, isCallersFault: boolean): number | undefined {
    if (isCallersFault || isCallersAbort(error, this.#patience.signal)) permit?.ignore();
    else permit?.failure(error);
    this.#upstream.lost(sent);
    return this.#ended({ error }, isCallersFault);
  }

  /** @throws (rejects with) the reason of the caller's signal */
  async backOff(secs: number): Promise<void> {
    const { clock } = this.#settings;
    if (secs > 0) await sleepUntil(clock, clock.secondsSinceEpoch() + secs, this.#patience.signal);
  }

  #ended(end: End, isOver = false): number | undefined {
    this.#attempt += 1;
    const secs = isOver ? undefined : this.#retryInSecs(end);
    if (attemptChannel.hasSubscribers) this.#publish(end, secs);
    return secs;
  }

  #retryInSecs(end: End): number | undefined {
    const { retry } = this.#settings;
    if (retry === undefined || this.#attempt >= retry.attempts || this.#patience.signal?.aborted)
      return undefined;
    const status = 'status' in end ? end.status : undefined;
    if (status !== undefined && !isTransient(status)) return undefined;
    const { method, hasIdempotencyKey, isResendable } = this.#request();
    if (!isResendable || !isRepeatable(method, hasIdempotencyKey, status)) return undefined;
    const secs = this.#backoffSecs(end, retry);
    return secs !== undefined && retry.budget.check(this.#upstream.key).allowed ? secs : undefined;
  }

  /** Seconds until the next attempt, apart from a pause; undefined if that would be too long. */
  #backoffSecs(
    end: End,
    { backoffSecs, backoffMaxSecs, random }: NonNullable<Settings['retry']>,
  ): number | undefined {
    const { pausedSecs } = this.#upstream;
    // All calls of the key wait for the end of a pause together.
    if (pausedSecs > 0) return pausedSecs > this.#patience.leftSecs ? undefined : 0;
    const jittered = jitteredSecs(this.#attempt, backoffSecs, backoffMaxSecs, random());
    const asked = 'fields' in end ? retryAfterSecs(end.fields, Date.now()) : undefined;
    const secs = Math.max(jittered, asked ?? 0);
    return secs > backoffMaxSecs ? undefined : secs;
  }

  #publish(end: End, secs: number | undefined): void {
    const { key, pausedSecs } = this.#upstream;
    attemptChannel.publish({
      name: this.#settings.name,
      key,
      attempt: this.#attempt,
      ...('error' in end ? { error: end.error } : { status: end.status }),
      ...(secs !== undefined && { willRetryInSecs: Math.max(secs, pausedSecs) }),
    });
  }
}
