import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publicPackages } from './publicPackages.js';

// Marks the output of tsc in `dist/cjs` as CommonJS for Node: tsc does not write such a file.

for (const { folder } of publicPackages()) {
  const built = join(folder, 'dist/cjs');
  if (existsSync(built)) writeFileSync(join(built, 'package.json'), '{"type":"commonjs"}\n');
}
