import { sourced, undecided } from '../bucket/decided.js';
import type { OnStoreError } from './events.js';
import type { MemoryBucketStore } from './memory/memoryBucketStore.js';
import type { Reservation, Reservations, ReserveOptions, Want } from './reservation.js';

/** How long a request that is refused under 'deny' is told to wait. Nobody knows when the store is back, so not long. */
export const DENIED_SECS = 1;

/** What the buckets of this process know of a reservation that they made. */
class LocalUndo {
  readonly undo: unknown;

  constructor(undo: unknown) {
    this.undo = undo;
  }
}

/** Those that the buckets of this process made instead of the store, as they know them. */
export function localOnes(reservations: readonly Reservation[]): Reservation[] {
  return reservations.flatMap(({ decision, at, undo }) =>
    undo instanceof LocalUndo ? { decision, at, undo: undo.undo } : [],
  );
}

/** Those that the store made. */
export function storedOnes(reservations: readonly Reservation[]): Reservation[] {
  return reservations.filter(({ undo }) => !(undo instanceof LocalUndo));
}

/** What those who would wait are told when the store gives no answer. */
export function reservedInstead(
  onStoreError: OnStoreError,
  local: MemoryBucketStore,
  key: string,
  wants: readonly Want[],
  options: ReserveOptions,
  now: number,
): Reservations {
  // What the store has reserved, it keeps: those who wait for it keep their moments.
  if (storedOnes(options.withdrawn).length > 0) return { made: undefined, movedSecs: undefined };
  if (onStoreError !== 'local') {
    const decision = onStoreError === 'allow' ? undecided(true, 0) : undecided(false, DENIED_SECS);
    return { made: wants.map(() => ({ decision, at: now, undo: undefined })), movedSecs: undefined };
  }
  const { made, movedSecs } = local.reserve(
    key,
    wants,
    { ...options, withdrawn: localOnes(options.withdrawn) },
    now,
  );
  const ours = made?.map(({ decision, at, undo }) => {
    return { decision: sourced(decision, 'local'), at, undo: new LocalUndo(undo) };
  });
  return { made: ours, movedSecs };
}
