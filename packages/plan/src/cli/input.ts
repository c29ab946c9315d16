import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileSource, type Source } from '../log/chunks.js';

const STDIN = '-';
const NAME = 'standard input';

/**
 * Calls `use` with the sources to read. If they are read twice, standard input (`-`) and pipes are first written to temporary
 * files. These are removed at the end, even if a signal ends the process.
 */
export async function withSources<T>(
  files: readonly string[],
  stdin: Readable,
  isReadTwice: boolean,
  use: (sources: readonly Source[]) => Promise<T>,
): Promise<T> {
  const streamOf = (file: string) => (file === STDIN ? stdin : createReadStream(file));
  const nameOf = (file: string) => (file === STDIN ? NAME : file);
  if (!isReadTwice || !files.some(isReadOnce)) {
    return use(files.map(file => (file === STDIN ? { name: NAME, chunks: () => stdin } : fileSource(file))));
  }
  const folder = mkdtempSync(join(tmpdir(), 'breaking-plan-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    const sources: Source[] = [];
    for (const [i, file] of files.entries()) {
      const path = isReadOnce(file) ? join(folder, `${i}`) : file;
      if (path !== file) await pipeline(streamOf(file), createWriteStream(path, { mode: 0o600 }));
      sources.push(fileSource(path, nameOf(file)));
    }
    return await use(sources);
  } finally {
    process.off('exit', remove);
    remove();
  }
}

/** Whether it can be read only once. If it does not exist, opening it fails later. */
function isReadOnce(file: string): boolean {
  return file === STDIN || statSync(file, { throwIfNoEntry: false })?.isFIFO() === true;
}
