import { MEAN_SLOTS, recentMean } from './counting/recentMean.js';
import { SLOT_SECS } from './counting/recentRate.js';
import { nextProbe, number } from './format.js';
import type { RateLimitView, Snapshot } from './snapshot.js';
import type { CircuitBreakerView } from './views/breakers.js';
import type { ConcurrencyLimitView } from './views/places.js';

/** A problem of one limit or breaker. */
export interface Alarm {
  readonly kind: 'rateLimits' | 'circuitBreakers' | 'concurrencyLimits';
  /** Its index among those of its kind. */
  readonly index: number;
  readonly name: string;
  readonly what: string;
  /** For how long; absent if that is not known. */
  readonly forSecs?: number;
  /** Which keys it affects, or when it may end. */
  readonly more?: string;
}

type Found = Omit<Alarm, 'kind' | 'index' | 'name'> | undefined;

/** What is refused or open now, since when, and which keys it affects, the worst first. */
export function alarms(told: Snapshot): readonly Alarm[] {
  const { countedForSecs = 0 } = told;
  const of = <K extends Alarm['kind']>(kind: K, find: (view: Snapshot[K][number]) => Found) =>
    told[kind].flatMap((view, index): Alarm[] => {
      const found = find(view);
      return found === undefined ? [] : [{ kind, index, name: view.name, ...found }];
    });
  return [
    ...of('circuitBreakers', whatIsOpen),
    ...of('rateLimits', whatFails),
    ...of('rateLimits', view => whatIsRefused(view, countedForSecs)),
    ...of('concurrencyLimits', view => whatIsFull(view, countedForSecs)),
  ];
}

function whatIsOpen({ states, breakers }: CircuitBreakerView): Found {
  const open = states.open + states.halfOpen;
  if (open === 0) return undefined;
  const all = open + states.closed;
  const [first] = breakers;
  const next = states.open > 0 ? nextProbe(first?.retryAfterSecs ?? null) : 'a probe is under way';
  const others = open > 1 ? ` and ${number(open - 1)} more` : '';
  const state = states.open > 0 ? 'open' : 'half open';
  return {
    what: all === 1 ? `is ${state}` : `is open for ${number(open)} of ${number(all)} keys`,
    ...(first?.forSecs !== undefined && { forSecs: first.forSecs }),
    more: all === 1 || first?.key === undefined ? next : `${first.key}${others}`,
  };
}

function whatFails({ store }: RateLimitView): Found {
  if (store?.failingForSecs === undefined) return undefined;
  return { what: 'has a store that gives no answer', forSecs: store.failingForSecs, more: store.error };
}

function whatIsRefused({ perSecond, refusedKeys }: RateLimitView, countedForSecs: number): Found {
  const most = refusedKeys?.[0]?.key;
  return refusing(perSecond?.refused ?? [], countedForSecs, most && `most often ${most}`);
}

function whatIsFull({ refused, inFlight, limiters }: ConcurrencyLimitView, countedForSecs: number): Found {
  const [fullest] = limiters;
  const taken = fullest && `${number(fullest.inFlight)} of ${number(fullest.limit)} under way`;
  const more = fullest?.key === undefined ? taken : `${number(inFlight)} under way, most for ${fullest.key}`;
  return refusing(refused?.perSecond ?? [], countedForSecs, more);
}

function refusing(perSecond: readonly number[], countedForSecs: number, more: string | undefined): Found {
  const rate = recentMean(perSecond, countedForSecs);
  if (rate === 0) return undefined;
  return {
    what: `refuses ${number(rate)} a second`,
    forSecs: stretch(perSecond) * SLOT_SECS,
    ...(more !== undefined && { more }),
  };
}

/** The number of slots since refusals began. Ten seconds without a refusal end such a period. */
function stretch(rates: readonly number[]): number {
  let begin = rates.length;
  for (let i = rates.length - 1; i >= 0 && begin - i <= MEAN_SLOTS; i--)
    if ((rates[i] as number) > 0) begin = i;
  return rates.length - begin;
}
