import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CostedEvent } from '../src/frontier/frontier.js';
import { linesOf, unzipped } from '../src/log/chunks.js';
import { merged, sortedWithin } from '../src/log/sorted.js';

async function* of<T>(...all: T[]): AsyncGenerator<T> {
  yield* all;
}

async function flat<T>(batches: AsyncIterable<T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const batch of batches) all.push(...batch);
  return all;
}

const event = (at: number, key = ''): CostedEvent => ({ key, at, cost: 1 });
const inOrder = (events: readonly CostedEvent[]) => events.toSorted((a, b) => a.at - b.at);

describe('events that are nearly in order', () => {
  test('are sorted within the window, and keep their order within one moment', async () => {
    const nearly = fc.array(fc.tuple(fc.nat(200), fc.nat(9)), { maxLength: 300 }).map(pairs =>
      pairs
        .map(([at, shift], i) => ({ event: event(at >> 2, `${i}`), place: 0, shift }))
        .sort((a, b) => a.event.at - b.event.at)
        .map((each, i) => ({ ...each, place: i + each.shift }))
        .sort((a, b) => a.place - b.place)
        .map(each => each.event),
    );
    await fc.assert(
      fc.asyncProperty(nearly, fc.integer({ min: 1, max: 50 }), async (events, size) => {
        const batches: CostedEvent[][] = [];
        for (let i = 0; i < events.length; i += size) batches.push(events.slice(i, i + size));
        const lateness = { late: 0 };
        expect(await flat(sortedWithin(of(...batches), 10, lateness))).toEqual(inOrder(events));
        expect(lateness.late).toBe(0);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test('that are further out of order are counted, and still come', async () => {
    const lateness = { late: 0 };
    const events = [...Array.from({ length: 50 }, (_, i) => event(i)), event(3), event(50)];
    const sorted = await flat(sortedWithin(of(...events.map(each => [each])), 10, lateness));

    expect(sorted).toHaveLength(52);
    expect(lateness.late).toBe(1);
  });
});

test('several logs are merged in order of time, however they overlap', async () => {
  const log = fc.array(
    fc.array(
      fc.nat(50).map(at => event(at)),
      { maxLength: 5 },
    ),
    { maxLength: 6 },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(log, { maxLength: 4 }), async logs => {
      const sorted = logs.map(batches => {
        const sizes = batches.map(batch => batch.length);
        const all = inOrder(batches.flat());
        return sizes.map(size => all.splice(0, size));
      });
      const joined = await flat(merged(sorted.map(batches => of(...batches))));
      expect(joined.map(each => each.at)).toEqual(inOrder(logs.flat(2)).map(each => each.at));
    }),
    { seed: 2, numRuns: 200 },
  );
});

describe('the bytes of a log', () => {
  const text = fc.array(
    fc.string({ unit: 'grapheme' }).map(line => line.replace(/[\n\r]/g, '')),
    { maxLength: 20 },
  );

  test('give the same lines in chunks of any size, compressed or not', async () => {
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 40 }), fc.boolean(), async (lines, size, isPacked) => {
        const plain = lines.map(line => Buffer.from(`${line}\n`));
        // Rotated logs are often compressed one after another into one file.
        const bytes = Buffer.concat(isPacked ? plain.map(each => gzipSync(each)) : plain);
        if (!isPacked && bytes[0] === 0x1f && bytes[1] === 0x8b) return;
        const chunks: Buffer[] = [];
        for (let i = 0; i < bytes.length; i += size) chunks.push(bytes.subarray(i, i + size));
        const read = await flat(linesOf(unzipped(of(...chunks))));
        expect(read.filter(line => line !== '')).toEqual(lines.filter(line => line !== ''));
      }),
      { seed: 3, numRuns: 200 },
    );
  });

  test('need no newline at the end', async () => {
    expect(await flat(linesOf(of(Buffer.from('a\nb'))))).toEqual(['a', 'b']);
  });

  test('without any newline are cut, not buffered', async () => {
    const chunks = Array.from({ length: 40 }, () => Buffer.alloc(1 << 16, 'x'));
    const lines = await flat(linesOf(of(...chunks)));

    expect(lines.length).toBeGreaterThan(1);
    expect(lines.join('')).toHaveLength(40 << 16);
  });

  test('that end in the middle of compressed data are an error', async () => {
    const bytes = gzipSync('hello\n'.repeat(1000));
    await expect(flat(linesOf(unzipped(of(bytes.subarray(0, 30)))))).rejects.toThrow(
      'unexpected end of file',
    );
  });
});
