import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, inject, vi } from 'vitest';
import type { Tarball } from '../tarballs.js';

/** The root of the repository. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The tarballs of all public packages, once they are packed. */
export async function packedTarballs(): Promise<readonly Tarball[]> {
  const report = inject('packReport');
  await vi.waitUntil(() => existsSync(report), { interval: 100, timeout: 600_000 });
  const packed = JSON.parse(readFileSync(report, 'utf8')) as { tarballs: readonly Tarball[]; error?: string };
  if (packed.error !== undefined) throw new Error(packed.error);
  return packed.tarballs;
}

/** A folder for the tests of one file, which is removed after them. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'breaking-release-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  return folder;
}
