import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { entriesOf } from './entries.js';
import { commonJs, declarations, esModules } from './formats.js';

// Writes what is published of the package where it is called into `packed`, where `pnpm pack` looks for it. `dist`, from
// which this repository itself runs, stays as it is.

/** @type {import('./publicPackages.js').Manifest} */
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const { scripts, devDependencies, publishConfig, ...published } = manifest;
const { imported, run } = entriesOf(manifest);

rmSync('packed', { recursive: true, force: true });
write('package.json', `${JSON.stringify(published, undefined, 2)}\n`);
for (const name of readdirSync('.')) {
  const isShipped = /^LICENSE$|\.md$/.test(name) || (name !== 'dist' && manifest.files.includes(name));
  if (isShipped) cpSync(name, join('packed', name), { recursive: true });
}

const folder = process.cwd();
const esm = await esModules(folder, imported);
for (const files of [
  esm,
  await commonJs(folder, esm),
  await declarations(folder, imported),
  run.length > 0 ? await esModules(folder, run) : [],
]) {
  for (const [path, content] of files) write(path, content);
}

/**
 * @param {string} path in what is published
 * @param {string} content
 */
function write(path, content) {
  const file = join('packed', path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}
