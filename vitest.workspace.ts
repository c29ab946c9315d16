import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Tests run against the sources of every package, so that a stale build can never pass one. */
const packages = fileURLToPath(new URL('./packages/', import.meta.url));
const alias = readdirSync(packages).map(name => ({
  find: new RegExp(`^@breaking/${name}$`),
  replacement: `${packages}${name}/src/index.ts`,
}));

const project = (name: string, include: string) => ({
  resolve: { alias },
  test: { name, include: [include] },
});

export default defineConfig({
  test: {
    projects: [
      ...readdirSync(packages).map(name => project(name, `packages/${name}/test/**/*.test.ts`)),
      project('examples', 'examples/**/test/**/*.test.ts'),
    ],
  },
});
