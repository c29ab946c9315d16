import type { RefusalReport } from '../counting/refusals.js';
import type { KeyMask } from '../masking.js';
import type { Group, WatchedPlaces } from '../watched.js';
import { Highest } from './highest.js';
import { type Member, Rounds } from './rounds.js';

/** How many limiters of a group are shown individually. The others are only in the total. */
const SHOWN_MAX = 20;

export interface ConcurrencyLimitView {
  readonly name: string;
  readonly keys: number;
  /** For all keys together. */
  readonly inFlight: number;
  /** The limiters that are fullest, at most 20. */
  readonly limiters: readonly { readonly key?: string; readonly inFlight: number; readonly limit: number }[];
  /** Absent while nothing is counted, and if nothing was refused. */
  readonly refused?: RefusalReport;
}

export interface PlacesSources {
  /** What was found in each group before. */
  readonly placesRounds: WeakMap<Group<WatchedPlaces>, Rounds<WatchedPlaces, Found>>;
  readonly mask: KeyMask;
}

export function concurrencyLimitView(
  group: Group<WatchedPlaces>,
  { placesRounds, mask }: PlacesSources,
  refused: RefusalReport | undefined,
  now: number,
): ConcurrencyLimitView {
  const rounds = placesRounds.get(group) ?? new Rounds(group, () => new Found());
  placesRounds.set(group, rounds);
  const { keys, inFlight, fullest } = rounds.look(now, (found, member) => found.add(member));
  const limiters = fullest.items.map(([key, { inFlight, limit }]) => ({
    ...(key !== undefined && { key: mask(key) }),
    inFlight,
    limit,
  }));
  return { name: group.name, keys, inFlight, limiters, ...(refused && { refused }) };
}

/** Counts the limiters of a group and the calls under way, and selects the fullest limiters. */
class Found {
  keys = 0;
  inFlight = 0;
  readonly fullest = new Highest<Member<WatchedPlaces>>(SHOWN_MAX);

  add(member: Member<WatchedPlaces>): void {
    const [, { inFlight, limit }] = member;
    this.keys++;
    this.inFlight += inFlight;
    const share = inFlight / limit;
    if (this.fullest.keeps(share)) this.fullest.add(member, share);
  }
}
