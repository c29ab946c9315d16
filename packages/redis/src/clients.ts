import { check, isThenable } from '@breaking/core/internal';

/** The part of ioredis 5 and 6 and of iovalkey that a store uses, the same for a single server and a Cluster. */
export interface IoredisClient {
  evalsha(sha1: string, numberOfKeys: number, ...keysAndArgs: string[]): Promise<unknown>;
  eval(script: string, numberOfKeys: number, ...keysAndArgs: string[]): Promise<unknown>;
  /** The connection of a single server, while there is one. */
  readonly stream?: { readonly cork?: () => void; readonly uncork?: () => void } | undefined;
}

interface KeysAndArguments {
  keys: string[];
  arguments: string[];
}

/** The part of node-redis 5 and 6 that a store uses, the same for a client, a pool and a cluster. */
export interface NodeRedisClient {
  evalSha(sha1: string, options: KeysAndArguments): Promise<unknown>;
  eval(script: string, options: KeysAndArguments): Promise<unknown>;
  on?(event: 'error', listener: (error: Error) => void): unknown;
  listenerCount?(event: 'error'): number;
}

/** A client that the application already has: ioredis, iovalkey or node-redis, for one server or a Cluster. */
export type RedisClient = IoredisClient | NodeRedisClient;

/** What a store does with a client: it runs one script on one key. */
export interface ScriptRunner {
  /** Runs the script with this SHA1. Rejects with the server's NOSCRIPT error if the server does not know it. */
  runKnown(sha1: string, key: string, args: readonly string[]): Promise<unknown>;
  /** Runs the script and makes the server remember it. */
  run(script: string, key: string, args: readonly string[]): Promise<unknown>;
}

/**
 * Recognises a client by its methods.
 * @throws TypeError for anything else
 */
export function runnerOf(what: string, client: unknown): ScriptRunner {
  const takesCallbacks = formWithCallbacks(client);
  if (takesCallbacks !== undefined)
    throw new TypeError(`${what} must return promises, got ${takesCallbacks}`);
  if (hasMethods<IoredisClient>(client, ['evalsha', 'eval'])) return ioredisRunner(client);
  if (hasMethods<NodeRedisClient>(client, ['evalSha', 'eval'])) return nodeRedisRunner(client);
  throw new TypeError(
    `${what} must be a client of ioredis, iovalkey or node-redis, got ${check.shown(client)}`,
  );
}

function hasMethods<C>(client: unknown, methods: readonly (keyof C & string)[]): client is C {
  if (typeof client !== 'object' || client === null) return false;
  return methods.every(name => typeof (client as C)[name] === 'function');
}

/** A client that takes callbacks instead of returning promises, and what to use instead. */
function formWithCallbacks(client: unknown): string | undefined {
  if (typeof client !== 'object' || client === null) return undefined;
  const { options } = client as { readonly options?: { readonly legacyMode?: unknown } };
  if (options?.legacyMode === true) return 'a client of node-redis in legacyMode: use its property v4';
  if (client.constructor?.name === 'RedisLegacyClient') {
    return 'the legacy() of a client of node-redis: use that client itself';
  }
  return hasMethods<{ evalsha: unknown; EVALSHA: unknown }>(client, ['evalsha', 'EVALSHA'])
    ? 'a client of redis 3 or earlier: use redis 5 or later'
    : undefined;
}

/** @throws TypeError for a result that is not a promise, as a client with another call signature gives */
function asPromise(method: string, answer: Promise<unknown>): Promise<unknown> {
  if (isThenable(answer)) return answer;
  throw new TypeError(
    `the client must be one of ioredis, iovalkey or node-redis: its ${method} must return a promise, got ${check.shown(answer)}`,
  );
}

function ioredisRunner(client: IoredisClient): ScriptRunner {
  const gather = gathering(client);
  return {
    runKnown(sha1, key, args) {
      gather();
      return asPromise('evalsha', client.evalsha(sha1, 1, key, ...args));
    },
    run: (script, key, args) => asPromise('eval', client.eval(script, 1, key, ...args)),
  };
}

/**
 * Lets commands of one moment leave together, as node-redis does by itself. ioredis writes each by itself, a system call here
 * and another in the server: with 15 at a time that is half of the processor time of both. The first is not held back.
 */
function gathering(client: IoredisClient): () => void {
  let hasSent = false;
  let corked: IoredisClient['stream'];
  const send = () => {
    hasSent = false;
    corked?.uncork?.();
    corked = undefined;
  };
  return () => {
    if (!hasSent) {
      hasSent = true;
      process.nextTick(send);
    } else if (corked === undefined && typeof client.stream?.cork === 'function') {
      corked = client.stream;
      corked.cork?.();
    }
  };
}

function nodeRedisRunner(client: NodeRedisClient): ScriptRunner {
  // Without a listener, the first broken connection would end the process. The application still sees the failure, which is
  // published as a store error.
  if (client.listenerCount?.('error') === 0) client.on?.('error', () => {});
  return {
    runKnown: (sha1, key, args) =>
      asPromise('evalSha', client.evalSha(sha1, { keys: [key], arguments: [...args] })),
    run: (script, key, args) => asPromise('eval', client.eval(script, { keys: [key], arguments: [...args] })),
  };
}
