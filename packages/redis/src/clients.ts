import { check } from '@breaking/core/internal';
import { type IoredisClient, IoredisRunner } from './ioredisRunner.js';
import { type NodeRedisClient, NodeRedisRunner } from './nodeRedisRunner.js';

/** What a store needs of a client: to run one script on one key, and nothing else. */
export interface ScriptRunner {
  /** Runs the script of this SHA1; rejects with the server's NOSCRIPT error where it does not know it. */
  runKnown(sha1: string, key: string, args: readonly string[]): Promise<unknown>;
  /** Runs a script by its text, and lets the server remember it. */
  run(script: string, key: string, args: readonly string[]): Promise<unknown>;
}

/** A client of Redis or Valkey that the application already has: ioredis, iovalkey or node-redis, single or Cluster. */
export type RedisClient = IoredisClient | NodeRedisClient;

/**
 * Recognises a client by its shape.
 * @throws TypeError for anything else
 */
export function runnerOf(what: string, client: unknown): ScriptRunner {
  if (hasMethods<IoredisClient>(client, ['evalsha', 'eval'])) return new IoredisRunner(client);
  if (hasMethods<NodeRedisClient>(client, ['evalSha', 'eval'])) return new NodeRedisRunner(client);
  throw new TypeError(
    `${what} must be a client of ioredis, iovalkey or node-redis, got ${check.shown(client)}`,
  );
}

function hasMethods<C>(client: unknown, methods: readonly (keyof C & string)[]): client is C {
  if (typeof client !== 'object' || client === null) return false;
  return methods.every(name => typeof (client as C)[name] === 'function');
}
