/** @typedef {import('./publicPackages.js').Manifest} Manifest */

/**
 * What can be imported from a package, and what can be run: names of files in `src` and `dist`, without extensions.
 * @param {Manifest} manifest
 * @returns {{ readonly imported: readonly string[], readonly run: readonly string[] }}
 */
export function entriesOf({ exports, bin = {} }) {
  const imported = Object.values(exports).flatMap(target =>
    typeof target === 'string' ? [] : [entryOf(target.import.default)],
  );
  return { imported, run: Object.values(bin).map(entryOf) };
}

/** @param {string} path a path in a manifest */
function entryOf(path) {
  const [, entry] = /^\.\/dist\/(.+)\.js$/.exec(path) ?? [];
  if (entry === undefined) throw new Error(`${path} is not compiled into dist.`);
  return entry;
}
