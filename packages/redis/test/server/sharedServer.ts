import { RedisServer } from './redisServer.js';
import { installedServer } from './serverBinary.js';

/** A server for tests that only create keys, each under prefixes of its own. */
export interface SharedServer {
  readonly url: string;
  close(): Promise<void>;
}

/** A new server if its program is installed, else the server at `REDIS_URL`, else a new one whose program is fetched. */
export async function sharedServer(): Promise<SharedServer> {
  const url = process.env.REDIS_URL;
  if (url && (await installedServer()) === undefined) return { url, close: async () => {} };
  return RedisServer.start();
}
