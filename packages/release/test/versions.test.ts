import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { publicPackages } from '../publicPackages.js';
import { root } from './packed.js';

test('changesets gives all public packages the same version', () => {
  const { fixed } = JSON.parse(readFileSync(join(root, '.changeset/config.json'), 'utf8'));
  const names = publicPackages().map(each => each.manifest.name);

  expect(fixed.map((group: string[]) => group.toSorted())).toEqual([names.toSorted()]);
});
