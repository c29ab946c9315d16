import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { installedProgram } from '../programs/installedProgram.js';
import { unpackedProgram } from '../programs/unpackedProgram.js';

const INSTALLED = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'];
/** A busy machine makes a test slow, not wrong. The test's own timeout ends it. */
export const SLOWEST_MS = 600_000;
/** Debian's package. It does not depend on a window system. */
const PACKAGED = ['chromium-headless-shell'];

/**
 * A headless Chromium: the installed one, or else the distribution's, downloaded into this project's cache. The caller closes
 * it.
 * @throws Error with the commands to run if there is no way to get one
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
    timeout: SLOWEST_MS,
    // The sandbox refuses to run as root, the user in many containers.
    chromiumSandbox: process.getuid?.() !== 0,
    // Containers have 64 MB of shared memory, which is too small.
    args: ['--disable-dev-shm-usage'],
  });
}

/** Debian's `bin/chromium` is a script with the absolute path of the program, which is wrong for an unpacked package. */
function binaryOf(path: string): string {
  const binary = join(dirname(path), '../lib/chromium', basename(path));
  return existsSync(binary) ? binary : path;
}

const ADVICE = `The tests need a Chromium and found none. Any of these helps:

  sudo apt-get update && sudo apt-get install -y chromium      (Debian)
  sudo dnf install -y chromium      (Fedora)
  brew install chromium      (macOS)

A chromium or google-chrome anywhere on PATH is enough.`;
