import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The file that contains the paths of the tarballs, once all public packages are packed. */
    packReport: string;
  }
}

/**
 * Packs once, since two processes would write into the same folders. Only the tests that use tarballs wait for it, and only
 * those that `--mode everything` adds look at declarations.
 */
export default function pack({ provide, vitest }: TestProject): () => Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'breaking-release-'));
  const report = join(folder, 'report.json');
  provide('packReport', report);
  const withTypes = String(vitest.vite.config.mode === 'everything');
  const program = fileURLToPath(new URL('packInBackground.js', import.meta.url));
  const packing = fork(program, [folder, report, withTypes]);
  const packed = once(packing, 'exit').then(([code]) => {
    const error = `packInBackground.js ended with ${code} and no report`;
    if (!existsSync(report)) writeFileSync(report, JSON.stringify({ error }));
  });
  return async () => {
    packing.kill();
    await packed;
    rmSync(folder, { recursive: true });
  };
}
