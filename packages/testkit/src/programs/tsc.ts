import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** The program of the compiler, for Node. */
export const TSC = join(
  dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
  'bin',
  'tsc',
);

/** Compiles the projects of fixtures. The build that tests may run against has done so. */
export async function compileFixtures(...projects: readonly string[]): Promise<void> {
  if (process.env.TESTED === 'build') return;
  await promisify(execFile)(process.execPath, [TSC, '-b', ...projects]);
}
