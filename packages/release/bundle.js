import { join } from 'node:path';
import { rollup } from 'rollup';

/**
 * @typedef {readonly (readonly [path: string, content: string])[]} Files by their paths in the package
 * @typedef {import('rollup').Plugin} Plugin
 */

/**
 * Bundles a package's own code; imports of other packages stay imports.
 * @param {string} folder the folder of the package
 * @param {Readonly<Record<string, string>>} input paths, by the names of the output files
 * @param {readonly Plugin[]} plugins
 * @param {import('rollup').OutputOptions & { dir: string }} output `dir` in the package
 * @returns {Promise<Files>}
 */
export async function bundled(folder, input, plugins, { dir, ...output }) {
  // The value of `this` in a module, which compiled decorators read. Set here, it causes no warning.
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
 * Declarations may use types of ours that no entry exports, such as unique symbols. Users do not have to name them.
 * @param {import('rollup').RollupLog} warning any other warning is an error
 */
function onwarn({ plugin, message }) {
  if (plugin === 'dts' && message.includes('private shared type exports')) return;
  throw new Error(message);
}

/**
 * Reads files from memory.
 * @param {Readonly<Record<string, string>>} files
 * @returns {Plugin}
 */
export const reading = files => ({
  name: 'reading',
  resolveId: id => (id in files ? id : undefined),
  load: id => files[id],
});

/**
 * Keeps imports of other files in the folder, or redirects them to one file.
 * @param {string} [file]
 * @returns {Plugin}
 */
export const importing = file => ({
  name: 'importing',
  resolveId: (id, importer) =>
    importer !== undefined && id.startsWith('./') ? { id: file ?? id, external: true } : undefined,
});
