import {
  type BucketStore,
  DenyCacheBucketStore,
  FailoverBucketStore,
  LeaseBucketStore,
  MemoryBucketStore,
} from '@breaking/core';
import { storeContract } from '@breaking/testkit';
import { inSteppingTime } from './steppingTime.js';

/** A store whose methods return promises, as those of a store over a network do. */
function promising(store: MemoryBucketStore): BucketStore {
  return {
    check: async (...args) => store.check(...args),
    peek: async (...args) => store.peek(...args),
    refund: async (...args) => store.refund(...args),
    reset: async key => store.reset(key),
    take: async (...args) => store.take(...args),
    reserve: async (...args) => store.reserve(...args),
    block: async (...args) => store.block(...args),
    strike: async (...args) => store.strike(...args),
  };
}

/** Only the store behind it decides: a test fails if this process's own buckets are used. */
const failover = (store: BucketStore) =>
  new FailoverBucketStore({ store, name: 'test', onStoreError: 'deny' });

storeContract('MemoryBucketStore', () => inSteppingTime(new MemoryBucketStore()));
storeContract('A Proxy of a MemoryBucketStore', () => inSteppingTime(new Proxy(new MemoryBucketStore(), {})));
storeContract('An object created over a MemoryBucketStore', () =>
  inSteppingTime(Object.create(new MemoryBucketStore())),
);
storeContract('FailoverBucketStore over memory', () => inSteppingTime(failover(new MemoryBucketStore())));
storeContract('FailoverBucketStore over promises', () =>
  inSteppingTime(failover(promising(new MemoryBucketStore()))),
);
storeContract('DenyCacheBucketStore over memory', () =>
  inSteppingTime(new DenyCacheBucketStore({ store: new MemoryBucketStore() })),
);
storeContract('DenyCacheBucketStore over promises', () =>
  inSteppingTime(new DenyCacheBucketStore({ store: promising(new MemoryBucketStore()) })),
);

// A single process with leases gives out exactly what its store would.
for (const tokens of [1, 3, 1000]) {
  storeContract(`LeaseBucketStore of ${tokens}`, () =>
    inSteppingTime(new LeaseBucketStore({ store: promising(new MemoryBucketStore()), tokens })),
  );
}
