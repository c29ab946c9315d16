import { MemoryBucketStore } from '@breaking/core';

/** A memory store that records refunds. */
export class Refunds extends MemoryBucketStore {
  readonly sizes: number[] = [];

  override refund(...[key, limits, n, now]: Parameters<MemoryBucketStore['refund']>): void {
    this.sizes.push(n);
    super.refund(key, limits, n, now);
  }
}
