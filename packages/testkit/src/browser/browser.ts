import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { installedProgram } from '../programs/installedProgram.js';
import { unpackedProgram } from '../programs/unpackedProgram.js';

const INSTALLED = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'];
/** Debian's; it has no window system to depend on. */
const PACKAGED = ['chromium-headless-shell'];

/**
 * A headless Chromium: the installed one, or else the distribution's, fetched into this project's cache. Close it.
 * @throws Error with the commands to type if there is no way to get one
 */
export async function headlessBrowser(): Promise<Browser> {
  const program = (await installedProgram(INSTALLED)) ?? (await unpackedProgram(PACKAGED));
  if (program === undefined) throw new Error(ADVICE);
  const env = Object.fromEntries(
    Object.entries(program.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  return chromium.launch({
    executablePath: binaryOf(program.path),
    env,
    // Its sandbox refuses to run as root, as which containers run tests.
    chromiumSandbox: process.getuid?.() !== 0,
    // Containers give shared memory of 64 MB, which is too small.
    args: ['--disable-dev-shm-usage'],
  });
}

/** Debian's `bin/chromium` is a script that names the program by its absolute path, where an unpacked one is not. */
function binaryOf(path: string): string {
  const binary = join(dirname(path), '../lib/chromium', basename(path));
  return existsSync(binary) ? binary : path;
}

const ADVICE = `The tests need a Chromium and found none. Any of these helps:

  sudo apt-get update && sudo apt-get install -y chromium      (Debian)
  sudo dnf install -y chromium      (Fedora)
  brew install chromium      (macOS)

A chromium or google-chrome anywhere on PATH is enough.`;
