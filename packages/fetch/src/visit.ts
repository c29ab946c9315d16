import { askedOf } from './asked.js';
import { answerOf, type Way } from './attempts.js';
import type { Head } from './course.js';
import type { Settings } from './options.js';
import { Place } from './place.js';
import type { Upstreams } from './upstreams.js';
import { Patience } from './waiting.js';

/** The parts of a request that are needed to protect it. */
interface Called {
  /** The request that callbacks receive. */
  readonly asked: Request;
  /** The caller's signal. */
  readonly signal: AbortSignal | undefined;
}

/** A call whose response has arrived. */
export interface Visit<A> {
  readonly answer: A;
  /** Frees the place of the call. Call it once, when the body of the response has ended. */
  leave(): void;
}

/**
 * Makes one call, with everything that protects it.
 * @throws (rejects with) what the `send` of `way` rejects with; TooManyErrors, TooManyRequests, Overloaded; the reason of the
 *   signal; what a callback throws
 */
export async function visit<A extends Head>(
  way: Way<A>,
  settings: Settings,
  upstreams: Upstreams,
  origin: string,
  called: Called,
): Promise<Visit<A>> {
  const { signal } = called;
  if (signal?.aborted) throw signal.reason;
  const isAsked = settings.keyOf !== undefined || settings.costOf !== undefined;
  const { key, cost } = isAsked ? await askedOf(settings, called.asked, origin) : { key: origin, cost: 1 };
  const upstream = upstreams.of(key);
  const patience = new Patience(settings.clock, settings.maxWaitSecs, signal);
  const place = settings.places && new Place(upstream, patience);
  const leave = () => {
    place?.leave();
    upstreams.leave(upstream);
  };
  try {
    return { answer: await answerOf(way, settings, upstream, cost, patience, place), leave };
  } catch (error) {
    leave();
    throw error;
  }
}
