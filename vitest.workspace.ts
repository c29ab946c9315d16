import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const packages = fileURLToPath(new URL('./packages/', import.meta.url));

/**
 * Tests run with the sources of every package, so that no test uses an old build. With BREAKING_BUILT they run with the
 * build, which Node itself loads, as it does for users.
 */
const built = process.env.BREAKING_BUILT !== undefined;
const [folder, ending] = built ? ['dist', 'js'] : ['src', 'ts'];
const alias: { find: RegExp; replacement: string }[] = [
  { find: /^@breaking\/(\w+)$/, replacement: `${packages}$1/${folder}/index.${ending}` },
  { find: /^@breaking\/(\w+)\/(\w+)$/, replacement: `${packages}$1/${folder}/$2.${ending}` },
];
if (built) alias.push({ find: /^((\.\.\/)+)src\//, replacement: '$1dist/' });

/**
 * The contracts on another version or platform of a framework, or mounted in another way. `.ci/run` runs them with the build,
 * together with the contracts of every package.
 */
const SECOND_CONTRACTS = 'packages/*/test/contract[A-Z]*.test.ts';

const testkit = `${packages}testkit/src/run/`;

/**
 * They run programs in their own process: programs of pages, which listen and never stop, as programs of users do, and services with
 * live pages and metrics, which subscribe for ever.
 */
const NEVER_STOP = ['test/apps', 'test/clients', 'test/pages', 'test/readme', 'metrics/test/metrics'].map(
  name => `examples/${name}.test.ts`,
);

/** Preparations of a package for all its tests, in `test/globalSetup.ts`. */
const globalSetupOf = (name: string) => [`${packages}${name}/test/globalSetup.ts`].filter(existsSync);

const project = (
  name: string,
  include: readonly string[],
  { isolate = false, exclude = [] }: { isolate?: boolean; exclude?: readonly string[] } = {},
) => ({
  resolve: { alias },
  test: {
    name,
    include: [...include],
    exclude: [...configDefaults.exclude, ...exclude, ...(built ? [] : [SECOND_CONTRACTS])],
    // A process runs one file after another, unless they are isolated. `leftBehind.ts` checks that no file leaves changes
    // behind.
    isolate,
    globalSetup: globalSetupOf(name),
    setupFiles: [...(isolate ? [] : [`${testkit}leftBehind.ts`]), `${testkit}warnings.ts`],
    // A busy machine makes a test slow, not wrong. This only ends a test that hangs.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    server: { deps: { external: built ? [/\/packages\/\w+\/dist\//] : [] } },
  },
});

/** Begins with the projects that wait for servers and compilers, so that no core is idle at the end. */
class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const slow = ['release', 'redis', 'pages', 'examples'];
    const rank = ({ project }: TestSpecification) =>
      slow.includes(project.name) ? slow.indexOf(project.name) : slow.length;
    return files.toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    reporters: [`${testkit}terseReporter.ts`],
    // One more than the cores: much of the time passes in waiting for servers and compilers.
    maxWorkers: availableParallelism() + 2,
    sequence: { sequencer: SlowFirst },
    projects: [
      ...readdirSync(packages).map(name => project(name, [`packages/${name}/test/**/*.test.ts`])),
      project('examples', ['examples/**/test/**/*.test.ts'], { exclude: NEVER_STOP }),
      project('pages', NEVER_STOP, { isolate: true }),
    ],
  },
});
