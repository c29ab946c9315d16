import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import type { Asset } from '../src/server/dashboardServer.js';

let files: ReadonlyMap<string, Asset>;

beforeAll(async () => {
  const { pageFiles } = await import(new URL('../bundlePage.js', import.meta.url).href);
  files = await pageFiles();
});

test('all files of the page together stay below 60 kB gzip', () => {
  const sizes = [...files.values()].map(({ body }) => gzipSync(body).length);

  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(60_000);
});

test('the page names files of its own alone, relatively, and has no script or style in it', () => {
  const page = String(files.get('')?.body);
  const named = [...page.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, name]) => name);

  expect(named.filter(name => !files.has(name ?? ''))).toEqual([]);
  expect(page).not.toMatch(/<style|style=|<script[^>]*>[^<]|\son\w+=/);
});
