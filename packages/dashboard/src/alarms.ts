import { nextProbe, number } from './format.js';
import { SLOT_SECS } from './counting/recentRate.js';
import type { RateLimitView, Snapshot } from './snapshot.js';
import type { CircuitBreakerView } from './views/breakers.js';

/** What is wrong now, of one limit or breaker. */
export interface Alarm {
  readonly name: string;
  readonly what: string;
  /** How long already; absent where that is not known. */
  readonly forSecs?: number;
  /** Whom it hits, or when it may end. */
  readonly more?: string;
}

/** Refusals with so many slots without any between them are one stretch. */
const GAP_SLOTS = 5;

/** Is anything refused or open now, since when, and whom does it hit: the worst first. */
export function alarms({ rateLimits, circuitBreakers }: Snapshot): readonly Alarm[] {
  return [
    ...circuitBreakers.flatMap(openAlarm),
    ...rateLimits.flatMap(storeAlarm),
    ...rateLimits.flatMap(refusalAlarm),
  ];
}

function openAlarm({ name, states, breakers }: CircuitBreakerView): readonly Alarm[] {
  const open = states.open + states.halfOpen;
  if (open === 0) return [];
  const all = open + states.closed;
  const [first] = breakers;
  const forSecs = first?.forSecs;
  const next = states.open > 0 ? nextProbe(first?.retryAfterSecs ?? null) : 'a probe is under way';
  const what =
    all === 1
      ? states.open > 0
        ? 'is open'
        : 'is half open'
      : `is open for ${number(open)} of ${number(all)} keys`;
  const more = all === 1 ? next : first?.key;
  return [{ name, what, ...(forSecs !== undefined && { forSecs }), ...(more && { more }) }];
}

function storeAlarm({ name, store }: RateLimitView): readonly Alarm[] {
  if (store?.failingForSecs === undefined) return [];
  return [
    { name, what: 'has a store that gives no answer', forSecs: store.failingForSecs, more: store.error },
  ];
}

function refusalAlarm({ name, perSecond, refusedKeys }: RateLimitView): readonly Alarm[] {
  const rates = perSecond?.refused ?? [];
  const recent = rates.slice(-GAP_SLOTS);
  if (!recent.some(rate => rate > 0)) return [];
  const mean = recent.reduce((sum, rate) => sum + rate, 0) / recent.length;
  const most = refusedKeys?.[0]?.key;
  return [
    {
      name,
      what: `refuses ${number(mean)} a second`,
      forSecs: stretch(rates) * SLOT_SECS,
      ...(most !== undefined && { more: `most often ${most}` }),
    },
  ];
}

/** The slots since refusals began. */
function stretch(rates: readonly number[]): number {
  let begin = rates.length;
  for (let i = rates.length - 1; i >= 0 && begin - i <= GAP_SLOTS; i--)
    if ((rates[i] as number) > 0) begin = i;
  return rates.length - begin;
}
