import { sourced, undecided } from '../bucket/decided.js';
import type { OnStoreError } from './events.js';
import type { MemoryBucketStore } from './memory/memoryBucketStore.js';
import type { Reservation, Reservations, ReserveOptions, Want } from './reservation.js';

/** The wait that a refusal under 'deny' names. Nobody knows when the store is back, so it is short. */
export const DENIED_SECS = 1;

/** How the buckets of this process can undo a reservation that they made. */
class LocalUndo {
  readonly undo: unknown;

  constructor(undo: unknown) {
    this.undo = undo;
  }
}

/** The reservations that the buckets of this process made in place of the store. */
export function localOnes(reservations: readonly Reservation[]): Reservation[] {
  return reservations.flatMap(({ decision, at, undo }) =>
    undo instanceof LocalUndo ? { decision, at, undo: undo.undo } : [],
  );
}

/** The reservations that the store made. */
export function storedOnes(reservations: readonly Reservation[]): Reservation[] {
  return reservations.filter(({ undo }) => !(undo instanceof LocalUndo));
}

/** The answer to those who want to wait, if the store gives none. */
export function reservedInstead(
  onStoreError: OnStoreError,
  local: MemoryBucketStore,
  key: string,
  wants: readonly Want[],
  options: ReserveOptions,
  now: number,
): Reservations {
  // Reservations in the store stay: those who wait for them keep their moments.
  const isStored = storedOnes(options.withdrawn).length > 0;
  // The local seconds by which blocks have delayed those who wait have nothing to do with those of the store.
  const movedSecs = undefined;
  if (onStoreError !== 'local') {
    const decision = onStoreError === 'allow' ? undecided(true, 0) : undecided(false, DENIED_SECS);
    const made = wants.map(() => ({ decision, at: now, undo: undefined }));
    return { made: isStored ? undefined : made, movedSecs };
  }
  const withdrawn = isStored ? [] : localOnes(options.withdrawn);
  const { made, blockedUntil } = local.reserve(key, isStored ? [] : wants, { ...options, withdrawn }, now);
  if (isStored) return { made: undefined, movedSecs, blockedUntil };
  const ours = made?.map(({ decision, at, undo }) => {
    return { decision: sourced(decision, 'local'), at, undo: new LocalUndo(undo) };
  });
  return { made: ours, movedSecs, blockedUntil };
}
