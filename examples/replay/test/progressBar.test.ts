import { PassThrough } from 'node:stream';
import type { WriteStream } from 'node:tty';
import { expect, test } from 'vitest';
import { progressBar } from '../progressBar.js';

function shown(isTTY: boolean): string {
  const output = Object.assign(new PassThrough(), { isTTY }) as unknown as WriteStream;
  const bar = progressBar('Replay', 1000, output);
  for (let done = 0; done <= 1000; done++) bar.update(done);
  bar.clear();
  return String(output.read() ?? '');
}

test('on a terminal the bar fills from 0 to 100 %, and disappears when it is cleared', () => {
  const text = shown(true);
  expect(text.startsWith(`\rReplay ${'░'.repeat(30)}   0 %`)).toBe(true);
  expect(text.endsWith(`\rReplay ${'█'.repeat(30)} 100 %\r\x1b[K`)).toBe(true);
  expect(text.match(/%/g)).toHaveLength(101);
});

test('there is no bar if the output is not a terminal', () => {
  expect(shown(false)).toBe('');
});
