import type { BucketStore, MemoryBucketStore, ReserveOptions, Want } from '@breaking/core';

/**
 * A store that answers reservations some turns later, as a store on a server does.
 * @param sending called when a reservation is sent
 */
export function laterStore(memory: MemoryBucketStore, sending: () => void = () => {}): BucketStore {
  return {
    check: (...args) => memory.check(...args),
    peek: (...args) => memory.peek(...args),
    refund: (...args) => memory.refund(...args),
    reset: key => memory.reset(key),
    take: (...args) => memory.take(...args),
    block: (...args) => memory.block(...args),
    strike: (...args) => memory.strike(...args),
    async reserve(key: string, wants: readonly Want[], options: ReserveOptions, now: number) {
      if (wants.length > 0) sending();
      await undefined;
      return memory.reserve(key, wants, options, now);
    },
  };
}
