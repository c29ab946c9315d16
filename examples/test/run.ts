import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { inRepository } from './readme.js';

/** No time passes for the limits and breakers of a program, so they restore nothing, however busy the machine is. */
export const STILL = { CLOCK: 'still' };

/**
 * Runs a code block in a separate process, in a folder in which everything that it imports is installed.
 * @param atEnd receives what kills the process; by default that happens at the end of the test
 */
export async function run(
  code: string,
  folder: string,
  env: Record<string, string> = {},
  atEnd: (kill: () => void) => void = onTestFinished,
): Promise<string> {
  const child = spawn(
    process.execPath,
    ['--import', new URL('tellPort.js', import.meta.url).href, '--input-type=module', '--eval', code],
    {
      cwd: inRepository(folder),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, ...env },
    },
  );
  atEnd(() => void child.kill());
  let errors = '';
  child.stderr?.on('data', chunk => {
    errors += chunk;
  });
  const ended = once(child, 'close').then(() => {
    throw new Error(`The example ended: ${errors}`);
  });
  const [port] = await Promise.race([once(child, 'message'), ended]);
  return `http://127.0.0.1:${port}`;
}
