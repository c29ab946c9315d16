import type { Limits } from '@breaking/core';
import { check } from '@breaking/core/internal';
import { asEvent, MAX_KEYS, type PlanEvent } from '../frontier/frontier.js';
import { ReplayedLimits } from './replayedLimits.js';

/** What a policy would have refused. */
export interface Replayed {
  /** The number of refused requests. */
  readonly refused: number;
  /** The keys with refused requests, in the order of their first request. */
  readonly keys: string[];
}

/** The options of {@link replay}. */
export interface ReplayOptions {
  /**
   * Called for each refusal, in order.
   * @param retryAfterSecs seconds until the request would have been allowed; Infinity for a cost that never fits
   * @param index the index of the request in the events, from 0
   */
  readonly onRefused?: ((event: PlanEvent, retryAfterSecs: number, index: number) => void) | undefined;
}

/**
 * What a limit would have refused: one policy, or several named ones that are decided together, as by a RateLimiter. A
 * refused request takes nothing. Exact for up to a million keys; beyond that, those with the least debt are forgotten.
 *
 * @param events in order of time; an `at` before the latest of its key counts as the latest
 * @throws TypeError or RangeError for a wrong event, policy or option
 * @example
 * const at = [0, 0, 30, 60];
 * replay(at.map(at => ({ key: 'ada', at })), perMinute(1)) // { refused: 2, keys: ['ada'] }
 */
export function replay(events: Iterable<PlanEvent>, limits: Limits, options: ReplayOptions = {}): Replayed {
  check.knownOptions('replay', options, ['onRefused']);
  const { onRefused } = options;
  if (onRefused !== undefined) check.asFunction('replay: onRefused', onRefused);
  const replayed = new ReplayedLimits('replay', limits, MAX_KEYS);
  let index = 0;
  for (const event of events) {
    const { key, at, cost } = asEvent('replay', event);
    const waitSecs = replayed.add(key, at, cost);
    if (waitSecs > 0) onRefused?.(event, waitSecs, index);
    index += 1;
  }
  return { refused: replayed.refused, keys: replayed.clients().map(({ key }) => key) };
}
