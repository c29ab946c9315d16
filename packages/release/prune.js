import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

// Removes from `dist`, in the package where it is called, what was compiled from sources that are gone: tsc leaves it there.

for (const file of readdirSync('dist', { recursive: true, encoding: 'utf8' })) {
  const compiled = /^(.+?)(\.d\.ts|\.js)(\.map)?$/.exec(file);
  if (compiled && !existsSync(join('src', `${compiled[1]}.ts`))) rmSync(join('dist', file));
}
