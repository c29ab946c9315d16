import type { Costs } from '@breaking/core/internal';
import { Course, type Head, type Repeatability } from './course.js';
import type { Settings } from './options.js';
import type { Place } from './place.js';
import type { Passage, Upstream } from './upstream.js';
import type { Patience } from './waiting.js';

/** How a call is made: `fetch` and undici differ in this. */
export interface Way<A extends Head> {
  /** Makes one attempt, and resolves with the head of its response. */
  send(): Promise<A>;
  /** Whether the breaker counts a response as a failure. */
  isFailed(answer: A): boolean;
  /** What decides whether there may be another attempt. */
  repeatability(): Repeatability;
  /** Whether an error says nothing of the upstream: there was nothing that could be sent. */
  isCallersFault(error: unknown): boolean;
  /** Discards the response of an attempt: nobody reads it, and its connection must not wait for a reader. */
  discard(answer: A): void;
}

/** How an attempt ended, and the seconds until the next attempt. */
type Attempted<A> = { readonly retryInSecs: number | undefined } & (
  | { readonly answer: A }
  | { readonly error: unknown }
);

/**
 * Makes attempts until a response need not or cannot be retried, and returns that response.
 * @throws (rejects with) the error of the last attempt, an error of {@link Place.take} or {@link Upstream.enter} before
 *   the first, or the reason of the caller's signal
 */
export async function answerOf<A extends Head>(
  way: Way<A>,
  settings: Settings,
  upstream: Upstream,
  cost: Costs,
  patience: Patience,
  place: Place | undefined,
): Promise<A> {
  const course = new Course(settings, upstream, patience, () => way.repeatability());
  let last: Attempted<A> | undefined;
  for (;;) {
    let passage: Passage;
    try {
      upstream.failFast();
      if (place !== undefined) await place.take();
      passage = await upstream.enter(cost, patience);
    } catch (refusal) {
      if (last !== undefined && !patience.signal?.aborted) return unwrapped(last);
      discard(way, last);
      throw refusal;
    }
    discard(way, last);
    last = await way.send().then(
      answer => ({ answer, retryInSecs: course.answered(passage, answer, way.isFailed(answer)) }),
      error => ({ error, retryInSecs: course.failed(passage, error, way.isCallersFault(error)) }),
    );
    if (last.retryInSecs === undefined) return unwrapped(last);
    // Others may use it meanwhile.
    place?.leave();
    try {
      await course.backOff(last.retryInSecs);
    } catch (reason) {
      discard(way, last);
      throw reason;
    }
  }
}

/** Ends the call as the last attempt ended. */
function unwrapped<A>(last: Attempted<A>): A {
  if ('error' in last) throw last.error;
  return last.answer;
}

function discard<A extends Head>(way: Way<A>, last: Attempted<A> | undefined): void {
  if (last !== undefined && 'answer' in last) way.discard(last.answer);
}
