import type { ScriptRunner } from './clients.js';

/** The part of ioredis 5 and 6 and of iovalkey that is used, the same for a single server and a Cluster. */
export interface IoredisClient {
  evalsha(sha1: string, numberOfKeys: number, ...keysAndArgs: string[]): Promise<unknown>;
  eval(script: string, numberOfKeys: number, ...keysAndArgs: string[]): Promise<unknown>;
}

export class IoredisRunner implements ScriptRunner {
  readonly #client: IoredisClient;

  constructor(client: IoredisClient) {
    this.#client = client;
  }

  runKnown(sha1: string, key: string, args: readonly string[]): Promise<unknown> {
    return this.#client.evalsha(sha1, 1, key, ...args);
  }

  run(script: string, key: string, args: readonly string[]): Promise<unknown> {
    return this.#client.eval(script, 1, key, ...args);
  }
}
