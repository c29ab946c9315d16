import { open } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

type Chunks = AsyncIterable<Buffer>;

/** A source of bytes, compressed with gzip or not. */
export interface Source {
  /** Used in error messages. */
  readonly name: string;
  /** Its bytes. A chunk is valid only until the next one is requested. */
  chunks(): Chunks;
}

const CHUNK_BYTES = 1 << 16;

export function fileSource(path: string, name = path): Source {
  return { name, chunks: () => fileChunks(path) };
}

/** Reuses one buffer: with a million clients, new buffers would take up a tenth of all memory. */
async function* fileChunks(path: string): AsyncGenerator<Buffer> {
  const file = await open(path);
  try {
    const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** The same bytes, decompressed if they are gzip. */
export async function* unzipped(chunks: Chunks): AsyncGenerator<Buffer> {
  const iterator = chunks[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  while (head.length < 2) {
    const { done, value } = await iterator.next();
    if (done) break;
    head = Buffer.concat([head, value]);
  }
  const rest: Chunks = { [Symbol.asyncIterator]: () => iterator };
  if (head[0] !== 0x1f || head[1] !== 0x8b) {
    yield head;
    yield* rest;
    return;
  }
  // Copies, since the stream accepts chunks before it has decompressed earlier ones.
  const copies = (async function* () {
    yield head;
    for await (const chunk of rest) yield Buffer.from(chunk);
  })();
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  // An error destroys the last stream too, and so reaches its reader.
  pipeline(Readable.from(copies), gunzip, () => {});
  yield* gunzip as Chunks;
}

const NEWLINE = 0x0a;
/** A longer line is cut: no log has such lines. */
const LONGEST_LINE_BYTES = 1 << 20;

/** The lines of UTF-8 text, in lists of those that end in the same chunk. */
export async function* linesOf(chunks: Chunks): AsyncGenerator<string[]> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(NEWLINE);
    if (end === -1 && rest.length + chunk.length < LONGEST_LINE_BYTES) {
      rest = Buffer.concat([rest, chunk]);
      continue;
    }
    const cut = end === -1 ? chunk.length : end;
    const text = rest.length === 0 ? chunk.subarray(0, cut) : Buffer.concat([rest, chunk.subarray(0, cut)]);
    rest = Buffer.from(chunk.subarray(end === -1 ? cut : end + 1));
    yield text.toString('utf8').split('\n');
  }
  if (rest.length > 0) yield [rest.toString('utf8')];
}
