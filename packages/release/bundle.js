import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { rollup } from 'rollup';
import ts from 'typescript';

/**
 * @typedef {readonly (readonly [path: string, content: string])[]} Files by their paths in the package
 * @typedef {import('rollup').Plugin} Plugin
 */

/**
 * Bundles what a package has of its own; what it imports by name stays an import.
 * @param {string} folder of the package
 * @param {Readonly<Record<string, string>>} input paths, by the names of the files to be written
 * @param {readonly Plugin[]} plugins
 * @param {import('rollup').OutputOptions & { dir: string }} output `dir` in the package
 * @returns {Promise<Files>}
 */
export async function bundled(folder, input, plugins, { dir, ...output }) {
  // `this` of a module, which the code of compiled decorators looks at: what it is, without a warning.
  const context = '(void 0)';
  const bundle = await rollup({ input, plugins: [...plugins], external: /^[^./\0]/, context, onwarn });
  const generated = await bundle.generate({
    dir: join(folder, dir),
    chunkFileNames: 'shared-[hash].js',
    sourcemap: false,
    ...output,
  });
  await bundle.close();
  return generated.output.map(file => [
    `${dir}/${file.fileName}`,
    file.type === 'chunk' ? file.code : String(file.source),
  ]);
}

/**
 * Declarations may name types of our own that no entry exports, such as unique symbols: users need not name them.
 * @param {import('rollup').RollupLog} warning any other one is an error
 */
function onwarn({ plugin, message }) {
  if (plugin === 'dts' && message.includes('private shared type exports')) return;
  throw new Error(message);
}

const COMPILER_OPTIONS = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
  removeComments: true,
  // Of NestJS, in packages/nest. Nothing else has decorators.
  experimentalDecorators: true,
  sourceMap: true,
};

/**
 * Compiles TypeScript, with its comments left out.
 * @type {Plugin}
 */
export const typescript = {
  name: 'typescript',
  resolveId(id, importer = '') {
    const source = resolve(importer, '..', id.replace(/\.js$/, '.ts'));
    return id.startsWith('.') && existsSync(source) ? source : undefined;
  },
  transform(code, id) {
    if (!id.endsWith('.ts')) return undefined;
    return { code: ts.transpileModule(code, { compilerOptions: COMPILER_OPTIONS }).outputText, map: null };
  },
};

/**
 * Reads files that are nowhere but here.
 * @param {Readonly<Record<string, string>>} files
 * @returns {Plugin}
 */
export const reading = files => ({
  name: 'reading',
  resolveId: id => (id in files ? id : undefined),
  load: id => files[id],
});

/**
 * Leaves imports of other files in the folder as they are, or makes them imports of one file.
 * @param {string} [file]
 * @returns {Plugin}
 */
export const importing = file => ({
  name: 'importing',
  resolveId: (id, importer) =>
    importer !== undefined && id.startsWith('./') ? { id: file ?? id, external: true } : undefined,
});
