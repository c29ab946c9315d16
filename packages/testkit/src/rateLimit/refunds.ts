import { MemoryBucketStore } from '@breaking/core';

/** Buckets that tell what was put back. */
export class Refunds extends MemoryBucketStore {
  readonly sizes: number[] = [];

  override refund(...[key, limits, n, now]: Parameters<MemoryBucketStore['refund']>): void {
    this.sizes.push(n);
    super.refund(key, limits, n, now);
  }
}
