import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const packages = new URL('../', import.meta.url);

/**
 * @typedef {{
 *   readonly name: string, readonly version: string, readonly private?: boolean,
 *   readonly repository: { readonly url: string, readonly directory: string },
 *   readonly exports: Readonly<Record<string, string | { readonly import: { readonly default: string } }>>,
 *   readonly bin?: Readonly<Record<string, string>>,
 *   readonly files: readonly string[],
 *   readonly scripts?: Readonly<Record<string, string>>,
 *   readonly publishConfig?: Readonly<Record<string, unknown>>,
 *   readonly dependencies?: Readonly<Record<string, string>>,
 *   readonly peerDependencies?: Readonly<Record<string, string>>,
 *   readonly devDependencies?: Readonly<Record<string, string>>,
 * }} Manifest
 * @typedef {{ readonly folder: string, readonly manifest: Manifest }} PublicPackage
 */

/**
 * The published packages of this workspace.
 * @returns {readonly PublicPackage[]}
 */
export function publicPackages() {
  return readdirSync(packages)
    .map(name => ({
      folder: fileURLToPath(new URL(name, packages)),
      manifest: /** @type {Manifest} */ (
        JSON.parse(readFileSync(new URL(`${name}/package.json`, packages), 'utf8'))
      ),
    }))
    .filter(({ manifest }) => manifest.private !== true);
}
