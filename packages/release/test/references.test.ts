import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './packed.js';

/** The folders that `tsc -b` builds for a project: its references, and their references. */
function referencedFrom(folder: string, found = new Set<string>()): Set<string> {
  const { references = [] } = JSON.parse(readFileSync(join(root, folder, 'tsconfig.json'), 'utf8'));
  for (const { path } of references as readonly { readonly path: string }[]) {
    const referenced = join(folder, path);
    if (found.has(referenced)) continue;
    found.add(referenced);
    referencedFrom(referenced, found);
  }
  return found;
}

test('npm start builds all packages that examples and their tests import, before it compiles them', () => {
  const patterns = ['examples/*.js', 'examples/*.ts'];
  const files = execFileSync('git', ['ls-files', ...patterns], { cwd: root, encoding: 'utf8' })
    .trim()
    .split('\n');
  const imported = files.flatMap(file => [
    ...readFileSync(join(root, file), 'utf8').matchAll(/^(?:import|\}) .*from '@breaking\/(\w+)/gm),
  ]);
  const packages = new Set(imported.map(([, name]) => join('packages', name as string)));

  expect(packages.size).toBeGreaterThan(5);
  const built = referencedFrom('examples');
  expect([...packages].filter(each => !built.has(each))).toEqual([]);
});
