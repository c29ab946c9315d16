import type { LimitReport } from '../counting/limitCounts.js';
import type { Watched, WatchedBreaker, WatchedLimiter } from '../watched.js';

/** What actions can act on. */
export interface ActionScope {
  readonly watched: readonly Watched[];
  readonly idOf: (key: string) => string;
  /** The keys of a rate limit that the page shows. */
  readonly refusedKeysOf: (name: string) => LimitReport['refusedKeys'];
  /** Called when an action blocked a key for this many seconds, or ended its block (0). */
  readonly blocked: (name: string, key: string, secs: number) => void;
}

/** Done, not understood, or no such limit, breaker or key. */
export type ActionStatus = 204 | 400 | 404;

interface Action {
  readonly name: string;
  readonly id?: string;
  readonly key?: string;
  readonly secs?: number;
}

/**
 * Carries out an action of the page: `{ action, name, id?, key?, secs? }`. `name` is the name of the limit or breaker, `id`
 * identifies a key that the page shows, `key` is a key that the viewer typed.
 *
 * | action | what it does |
 * | --- | --- |
 * | `resetKey` | fills the buckets of a key, and ends its block |
 * | `blockKey` | refuses a key for `secs` |
 * | `resetBreaker` | closes a breaker: the one without a key, if no key is given |
 * | `tripBreaker` | opens a breaker for `secs`, or for its cool-down |
 */
export async function perform(request: unknown, scope: ActionScope): Promise<ActionStatus> {
  if (typeof request !== 'object' || request === null) return 400;
  const { action, name, id, key, secs } = request as Readonly<Record<string, unknown>>;
  const isText = (value: unknown) => value === undefined || typeof value === 'string';
  const isTime = secs === undefined || (typeof secs === 'number' && secs > 0 && Number.isFinite(secs));
  if (typeof name !== 'string' || !isText(id) || !isText(key) || !isTime) return 400;
  const asked = { name, id, key, secs } as Action;
  switch (action) {
    case 'resetKey':
      return onKey(asked, scope, async (limiter, key) => {
        await limiter.reset(key);
        scope.blocked(limiter.name, key, 0);
      });
    case 'blockKey': {
      const { secs } = asked;
      if (secs === undefined) return 400;
      return onKey(asked, scope, async (limiter, key) => {
        await limiter.block(key, secs);
        scope.blocked(limiter.name, key, secs);
      });
    }
    case 'resetBreaker':
      return onBreaker(asked, scope, breaker => breaker.reset());
    case 'tripBreaker':
      return onBreaker(asked, scope, breaker => breaker.trip(asked.secs));
    default:
      return 400;
  }
}

async function onKey(
  { name, id, key }: Action,
  { watched, idOf, refusedKeysOf }: ActionScope,
  act: (limiter: WatchedLimiter, key: string) => Promise<void>,
): Promise<ActionStatus> {
  const named = key ?? refusedKeysOf(name).find(each => idOf(each.key) === id)?.key;
  const limiters = watched.flatMap(each => (each.kind === 'rateLimit' ? [each.limiter] : []));
  const limiter = limiters.find(each => each.name === name);
  if (limiter === undefined || named === undefined) return 404;
  await act(limiter, named);
  return 204;
}

function onBreaker(
  { name, id, key }: Action,
  { watched, idOf }: ActionScope,
  act: (breaker: WatchedBreaker) => void,
): ActionStatus {
  const isMeant = (each: string | undefined) => {
    if (each === undefined) return id === undefined && key === undefined;
    return each === key || (id !== undefined && idOf(each) === id);
  };
  for (const each of watched) {
    if (each.kind !== 'circuitBreaker' || each.group.name !== name) continue;
    for (const [memberKey, member] of each.group.entries()) {
      if (!isMeant(memberKey)) continue;
      act(member);
      return 204;
    }
  }
  return 404;
}
