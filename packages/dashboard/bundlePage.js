import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

// Bundles the page, and writes it as a module that the server imports. So no program has to find files at run time, and
// bundlers of servers include them. `npm run build` runs this.

const folder = fileURLToPath(new URL('.', import.meta.url));
const { resolve } = createRequire(import.meta.url);

/** Packages that are bundled into the page, all under the MIT licence. */
const BUNDLED = ['preact', 'uplot'];

/**
 * The files of the page by their paths in this package.
 * @returns {Promise<ReadonlyMap<string, string>>}
 */
async function bundledPage() {
  const { outputFiles } = await build({
    entryPoints: [join(folder, 'page/main.tsx')],
    outfile: join(folder, 'page.js'),
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    sourcemap: 'external',
    write: false,
  });
  const output = (/** @type {string} */ ending) =>
    outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? '';
  const source = (/** @type {string} */ name) => readFileSync(join(folder, 'page', name), 'utf8');
  const css = `${readFileSync(resolve('uplot/dist/uPlot.min.css'), 'utf8')}\n${source('page.css')}`;
  const files = [
    ['', { type: 'text/html; charset=utf-8', body: source('index.html') }],
    ['icon.svg', { type: 'image/svg+xml', body: source('icon.svg') }],
    ['page.js', { type: 'text/javascript; charset=utf-8', body: output('.js') }],
    ['page.css', { type: 'text/css; charset=utf-8', body: css }],
  ];
  const value = `new Map(${JSON.stringify(files, undefined, 2)});\n`;
  return new Map([
    ['src/server/pageFiles.js', `export const PAGE_FILES = ${value}`],
    ['dist/server/pageFiles.js', `export const PAGE_FILES = ${value}`],
    ['dist/cjs/server/pageFiles.js', `exports.PAGE_FILES = ${value}`],
    ['bundle/page.js.map', output('.js.map')],
    ['bundle/LICENSES.txt', BUNDLED.map(licenceOf).join(`\n${'-'.repeat(80)}\n\n`)],
  ]);
}

/** @param {string} name the name of a package */
function licenceOf(name) {
  const package_ = join(folder, 'node_modules', name);
  const { version } = JSON.parse(readFileSync(join(package_, 'package.json'), 'utf8'));
  return `${name} ${version}\n\n${readFileSync(join(package_, 'LICENSE'), 'utf8')}`;
}

/** Writes the files that changed, so that a program never reads half of one. */
export async function bundlePage() {
  for (const [path, content] of await bundledPage()) {
    const file = join(folder, path);
    if (existsSync(file) && readFileSync(file, 'utf8') === content) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, content);
    renameSync(`${file}.new`, file);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await bundlePage();
