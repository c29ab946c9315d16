import { check, isDeadline } from '@breaking/core';
import { ScriptedBucketStore } from './scriptedBucketStore.js';
import { type RedisClient, runnerOf } from './scriptRunner.js';

export interface RedisBucketStoreOptions {
  /** A client of ioredis 5 or 6, iovalkey, or node-redis 5 or 6; of one server or of a Cluster. It stays yours to close. */
  readonly client: RedisClient;
  /** Printable ASCII, default `breaking`: what all keys in Redis start with, after its length. */
  readonly prefix?: string | undefined;
  /**
   * Seconds after which an operation that has not reached the server does nothing there any more, > 0; default 0.05, when
   * a FailoverBucketStore gives up too.
   */
  readonly deadlineSecs?: number | undefined;
}

/**
 * Buckets in Redis 7 or later, or Valkey, that any number of processes share. Every operation is one script on one key:
 * atomic over all limits, one round trip, and on the server's clock. Keys expire when their buckets are full.
 *
 * Operations reject with the client's or the server's error, and with a TimeoutError where they came too late; a debit is
 * never repeated. They wait for the client as long as it lets them: a FailoverBucketStore, which the adapters of all
 * frameworks put in front, gives up at its deadline and decides in this process.
 */
export class RedisBucketStore extends ScriptedBucketStore {
  /** @throws TypeError or RangeError that names the option and the value */
  constructor(options: RedisBucketStoreOptions) {
    const what = 'RedisBucketStore';
    check.knownOptions(what, options, ['client', 'prefix', 'deadlineSecs']);
    const { client, prefix = 'breaking', deadlineSecs = 0.05 } = options;
    super(runnerOf(`${what}: client`, client), {
      prefix: check.printableName(`${what}: prefix`, prefix),
      deadlineSecs: isDeadline(`${what}: deadlineSecs`, deadlineSecs),
    });
  }
}
