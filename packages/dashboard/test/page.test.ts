import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { PAGE_FILES as files } from '../src/server/pageFiles.js';

test('all files of the page together stay below 60 kB gzip', () => {
  const sizes = [...files.values()].map(({ body }) => gzipSync(body).length);

  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(60_000);
});

test('the page links to its own files alone, by relative URLs, and has no inline script or style', () => {
  const page = String(files.get('')?.body);
  const named = [...page.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, name]) => name);

  expect(named.filter(name => !files.has(name ?? ''))).toEqual([]);
  expect(page).not.toMatch(/<style|style=|<script[^>]*>[^<]|\son\w+=/);
});
