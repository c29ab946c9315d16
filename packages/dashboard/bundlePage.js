import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const page = new URL('page/', import.meta.url);

/**
 * The files of the page, by their names; that of the page itself is empty.
 * @returns {Promise<ReadonlyMap<string, { type: string, body: string }>>}
 */
export async function pageFiles() {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('main.tsx', page))],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    write: false,
  });
  const text = async (/** @type {string} */ name) => readFile(new URL(name, page), 'utf8');
  const uplot = await readFile(createRequire(import.meta.url).resolve('uplot/dist/uPlot.min.css'), 'utf8');
  return new Map([
    ['', { type: 'text/html; charset=utf-8', body: await text('index.html') }],
    ['icon.svg', { type: 'image/svg+xml', body: await text('icon.svg') }],
    ['page.js', { type: 'text/javascript; charset=utf-8', body: outputFiles[0]?.text ?? '' }],
    ['page.css', { type: 'text/css; charset=utf-8', body: `${uplot}\n${await text('page.css')}` }],
  ]);
}
