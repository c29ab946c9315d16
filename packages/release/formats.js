import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { dts } from 'rollup-plugin-dts';
import { bundled, importing, reading } from './bundle.js';
import { dense, tabbed } from './spacing.js';

/** @typedef {import('./bundle.js').Files} Files */

/**
 * Readable ES modules: one for each entry, and one for what entries share. If there is an entry `internal`, it contains
 * all code of the package, and the others only re-export from it.
 * @param {string} folder the folder of the package, which is built
 * @param {readonly string[]} entries names of files in `dist`, without extensions
 * @returns {Promise<Files>}
 */
export async function esModules(folder, entries) {
  const output = { dir: 'dist', format: /** @type {const} */ ('es') };
  const sources = paths(folder, 'dist', entries, 'js');
  const { internal, ...others } = sources;
  if (internal === undefined) return respaced(await bundled(folder, sources, [], output), tabbed);
  const everything = join(folder, 'dist/everything.js');
  const names = Object.values(sources).map(path => `export * from ${JSON.stringify(path)};`);
  const files = await Promise.all([
    bundled(folder, { internal: everything }, [reading({ [everything]: names.join('\n') })], output),
    bundled(folder, others, [importing('./internal.js')], output),
  ]);
  return respaced(files.flat(), tabbed);
}

/**
 * The same modules as CommonJS, with the same names and lines.
 * @param {string} folder the folder of the package
 * @param {Files} modules
 * @returns {Promise<Files>}
 */
export async function commonJs(folder, modules) {
  const code = modules.filter(([path]) => path.endsWith('.js'));
  const names = code.map(([path]) => basename(path, '.js'));
  const texts = Object.fromEntries(code.map(([path, text]) => [join(folder, path), text]));
  const files = await bundled(folder, paths(folder, 'dist', names, 'js'), [reading(texts), importing()], {
    dir: 'dist/cjs',
    format: 'cjs',
    exports: 'named',
    esModule: true,
    externalLiveBindings: false,
  });
  return [...respaced(files, dense), ['dist/cjs/package.json', '{"type":"commonjs"}\n']];
}

/**
 * Declarations for both formats. Those for `import` re-export those for `require`, so that a class with private members
 * is one type in a program that has both.
 * @param {string} folder the folder of the package
 * @param {readonly string[]} entries
 * @returns {Promise<Files>}
 */
export async function declarations(folder, entries) {
  const internal = join(folder, 'dist/internalTypes.d.ts');
  const sources = { ...paths(folder, 'dist', entries, 'd.ts'), ...(existsSync(internal) && { internal }) };
  const files = await bundled(folder, sources, [dts()], {
    dir: 'dist/cjs',
    entryFileNames: '[name].d.ts',
    chunkFileNames: 'shared.d.ts',
  });
  const types = new Map(files);
  const names = entries.map(entry => namesOf(entry, types.get(`dist/cjs/${entry}.d.ts`) ?? ''));
  return [...files, ...names];
}

/**
 * @param {Files} files
 * @param {(code: string) => string} spacing
 * @returns {Files}
 */
const respaced = (files, spacing) => files.map(([path, code]) => [path, spacing(code)]);

/**
 * @param {string} entry
 * @param {string} types its declarations
 * @returns {Files[number]}
 */
function namesOf(entry, types) {
  const from = `from './cjs/${entry}.js';\n`;
  // For an ES module, the default export of a CommonJS module is the whole module, so this uses the name of ours.
  const [, name] = /(\w+) as default\b/.exec(types) ?? [];
  return [
    `dist/${entry}.d.ts`,
    `export * ${from}${name === undefined ? '' : `export { ${name} as default } ${from}`}`,
  ];
}

/**
 * @param {string} folder the folder of the package
 * @param {string} under
 * @param {readonly string[]} names
 * @param {string} ending
 */
const paths = (folder, under, names, ending) =>
  Object.fromEntries(names.map(name => [name, join(folder, under, `${name}.${ending}`)]));
