import { RedisServer } from './redisServer.js';
import { installedServer } from './serverBinary.js';

/** A server for tests that leave nothing behind but keys, each under prefixes of its own. */
export interface SharedServer {
  readonly url: string;
  close(): Promise<void>;
}

/** A server of the tests' own, if a program for it is installed; else that of `REDIS_URL`; else one that is fetched. */
export async function sharedServer(): Promise<SharedServer> {
  const url = process.env.REDIS_URL;
  if (url && (await installedServer()) === undefined) return { url, close: async () => {} };
  return RedisServer.start();
}
