import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

/** The root of the repository. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A program that the repository installs. */
export const bin = (name: string) => join(root, 'node_modules', '.bin', name);

/** A folder for the tests of one file, which is removed after them. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'breaking-release-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  return folder;
}
