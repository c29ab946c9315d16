import { tmpdir } from 'node:os';
import { until } from '@breaking/testkit';
import { Redis } from 'ioredis';
import { freePort, startProgram } from './redisServer.js';
import { installedServer } from './serverBinary.js';

/** A server for tests that only create keys, each under prefixes of its own. */
export interface SharedServer {
  readonly url: string;
}

/** A server that had neither data nor scripts when it was taken. */
export interface EmptyServer extends SharedServer {
  readonly port: number;
}

/** The server of this process if its program is installed, else the one at `REDIS_URL`, else that of this process, fetched. */
export async function sharedServer(): Promise<SharedServer> {
  const url = process.env.REDIS_URL;
  return url && (await installedServer()) === undefined ? { url } : emptyServer();
}

/** Starting a server takes longer than most tests, so all test files of a process use one. It ends with the process. */
const PORT = Symbol.for('breaking:redisPort');
const ofProcess = globalThis as { [PORT]?: Promise<number> };

async function started(): Promise<number> {
  const port = await freePort();
  // It writes no files, so it needs no folder of its own. At its start it would read those of another server.
  (await startProgram(port, tmpdir(), ['--dbfilename', `breaking-redis-${port}.rdb`])).unref();
  return port;
}

/**
 * The server of this process, without data and scripts, for a test file or a test that only sends it commands and leaves its
 * settings as they are.
 * @throws Error if an earlier test has left a client connected
 */
export async function emptyServer(): Promise<EmptyServer> {
  ofProcess[PORT] ??= started();
  const port = await ofProcess[PORT];
  const admin = new Redis(port, '127.0.0.1');
  const isAlone = async () =>
    !String(await admin.client('LIST'))
      .trim()
      .includes('\n');
  try {
    await until(isAlone);
    await admin.multi().flushall().script('FLUSH').exec();
  } finally {
    admin.disconnect();
  }
  return { url: `redis://127.0.0.1:${port}`, port };
}
