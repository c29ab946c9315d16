import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { entriesOf } from './entries.js';
import { commonJs, declarations, esModules } from './formats.js';

/**
 * Writes the published form of a package into its folder `packed`, where `pnpm pack` finds it. `dist`, which this
 * repository itself runs, does not change.
 * @param {string} folder the folder of the package, which is built
 * @param {boolean} withTypes bundling the declarations takes half of the time
 */
export async function writePacked(folder, withTypes = true) {
  /** @type {import('./publicPackages.js').Manifest} */
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const { scripts, devDependencies, publishConfig, ...published } = manifest;
  const { imported, run } = entriesOf(manifest);
  const packed = join(folder, 'packed');

  rmSync(packed, { recursive: true, force: true });
  write(packed, 'package.json', `${JSON.stringify(published, undefined, 2)}\n`);
  for (const name of readdirSync(folder)) {
    const isShipped = name === 'LICENSE' || (name !== 'dist' && manifest.files.includes(name));
    if (isShipped) cpSync(join(folder, name), join(packed, name), { recursive: true });
  }
  for (const name of ['README.md', 'CHANGELOG.md']) {
    write(packed, name, linked(readFileSync(join(folder, name), 'utf8'), manifest));
  }

  const esm = await esModules(folder, imported);
  for (const files of [
    esm,
    await commonJs(folder, esm),
    withTypes ? await declarations(folder, imported) : [],
    run.length > 0 ? await esModules(folder, run) : [],
  ]) {
    for (const [path, content] of files) write(packed, path, content);
  }
}

/**
 * A page in which links to pages that are not published point to the repository.
 * @param {string} page
 * @param {import('./publicPackages.js').Manifest} manifest
 */
function linked(page, { repository: { url, directory } }) {
  const pages = `${url.replace(/^git\+|\.git$/g, '')}/blob/main/${directory}/`;
  return page.replace(/\]\((?=(?!README|CHANGELOG)[A-Z]+\.md)/g, `](${pages}`);
}

/**
 * @param {string} packed
 * @param {string} path the path in the published package
 * @param {string} content
 */
function write(packed, path, content) {
  const file = join(packed, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

if (process.argv[1] === import.meta.filename) await writePacked(process.cwd());
