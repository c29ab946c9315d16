import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publicPackages } from './publicPackages.js';

// Tells Node that what tsc has left in `dist/cjs` is CommonJS: tsc writes no such file.

for (const { folder } of publicPackages()) {
  const built = join(folder, 'dist/cjs');
  if (existsSync(built)) writeFileSync(join(built, 'package.json'), '{"type":"commonjs"}\n');
}
