import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileSource, type Source } from '../log/chunks.js';

const STDIN = '-';
const NAME = 'standard input';

/**
 * Calls `use` with what there is to read. Where it is read twice, the standard input (`-`) is written to a temporary file
 * first, which is removed at the end, also if the process is told to exit.
 */
export async function withSources<T>(
  files: readonly string[],
  stdin: Readable,
  isReadTwice: boolean,
  use: (sources: readonly Source[]) => Promise<T>,
): Promise<T> {
  const sources = (ofStdin: Source) => files.map(file => (file === STDIN ? ofStdin : fileSource(file)));
  if (!isReadTwice || !files.includes(STDIN)) return use(sources({ name: NAME, chunks: () => stdin }));
  const folder = mkdtempSync(join(tmpdir(), 'breaking-plan-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    const path = join(folder, 'stdin');
    await pipeline(stdin, createWriteStream(path, { mode: 0o600 }));
    return await use(sources(fileSource(path, NAME)));
  } finally {
    process.off('exit', remove);
    remove();
  }
}
