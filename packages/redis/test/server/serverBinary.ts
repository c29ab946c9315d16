import { installedProgram, type Program, unpackedProgram } from '@breaking/testkit';

const NAMES = ['redis-server', 'valkey-server'];

/** The installed server, if there is one. */
export function installedServer(): Promise<Program | undefined> {
  return installedProgram(NAMES);
}

/**
 * The installed server, or else the distribution's, downloaded into this project's cache.
 * @throws Error with the commands to run if there is no way to get one
 */
export async function serverBinary(): Promise<Program> {
  return (await installedServer()) ?? (await unpackedProgram(NAMES)) ?? Promise.reject(new Error(ADVICE));
}

const ADVICE = `The tests need a Redis server of their own and found none. Any of these helps:

  sudo apt-get update && sudo apt-get install -y redis-server      (Debian, Ubuntu)
  sudo dnf install -y redis      or      sudo dnf install -y valkey      (Fedora)
  brew install redis      (macOS)

A redis-server or valkey-server of version 7 or later anywhere on PATH is enough. It need not run.`;
