import type { ScriptRunner } from './clients.js';

interface KeysAndArguments {
  keys: string[];
  arguments: string[];
}

/** The part of node-redis 5 and 6 that is used, the same for a client, a pool and a cluster. */
export interface NodeRedisClient {
  evalSha(sha1: string, options: KeysAndArguments): Promise<unknown>;
  eval(script: string, options: KeysAndArguments): Promise<unknown>;
  on?(event: 'error', listener: (error: Error) => void): unknown;
  listenerCount?(event: 'error'): number;
}

export class NodeRedisRunner implements ScriptRunner {
  readonly #client: NodeRedisClient;

  constructor(client: NodeRedisClient) {
    this.#client = client;
    // Where nobody listens, the first connection that breaks ends the process. A rate limit must survive its server, and
    // what goes wrong with it is published as a store error anyway.
    if (client.listenerCount?.('error') === 0) client.on?.('error', () => {});
  }

  runKnown(sha1: string, key: string, args: readonly string[]): Promise<unknown> {
    return this.#client.evalSha(sha1, { keys: [key], arguments: [...args] });
  }

  run(script: string, key: string, args: readonly string[]): Promise<unknown> {
    return this.#client.eval(script, { keys: [key], arguments: [...args] });
  }
}
