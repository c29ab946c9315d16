import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { unpackedServer } from './unpackedServer.js';

/** The program of a Redis server, and the environment to run it in. */
export interface ServerBinary {
  readonly path: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const NAMES = ['redis-server', 'valkey-server'];

/** The installed server, if there is one. */
export async function installedServer(): Promise<ServerBinary | undefined> {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(folder => folder !== '');
  for (const path of NAMES.flatMap(name => folders.map(folder => join(folder, name)))) {
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return { path, env: process.env };
  }
  return undefined;
}

/**
 * The installed server, or else the distribution's, fetched into this project's cache.
 * @throws Error with the commands to type if there is no way to get one
 */
export async function serverBinary(): Promise<ServerBinary> {
  return (await installedServer()) ?? (await unpackedServer(NAMES)) ?? Promise.reject(new Error(ADVICE));
}

const ADVICE = `The tests need a Redis server of their own and found none. Any of these helps:

  sudo apt-get update && sudo apt-get install -y redis-server      (Debian, Ubuntu)
  sudo dnf install -y redis      or      sudo dnf install -y valkey      (Fedora)
  brew install redis      (macOS)

A redis-server or valkey-server of version 7 or later anywhere on PATH is enough. It need not run.`;
