import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { packInto, type Tarball } from '../tarballs.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The tarballs of all public packages. */
    tarballs: readonly Tarball[];
  }
}

/** Packs once: two at a time would write into the same folders. */
export default async function pack({ provide }: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'breaking-release-'));
  provide('tarballs', await packInto(folder));
  return () => rmSync(folder, { recursive: true });
}
