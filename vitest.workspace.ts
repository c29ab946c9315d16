import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const packages = fileURLToPath(new URL('./packages/', import.meta.url));

/** Run by `--mode everything` only: contracts on another version or platform of a framework, and slow checks of what is published. */
const ONLY_CI = ['packages/*/test/contract[A-Z]*.test.ts', 'packages/release/test/{setup,tarballs}.test.ts'];

/** They wait for the tarballs of all packages. */
const TARBALLS = ['packages/release/test/{installed,tarballs}.test.ts'];

const testkit = `${packages}testkit/src/run/`;

/**
 * They import programs: those of pages, which listen and never stop, as programs of users do, and services with live pages and
 * metrics, which subscribe for ever.
 */
const NEVER_STOP = ['test/apps', 'test/clients', 'test/pages', 'test/readme', 'metrics/test/metrics'].map(
  name => `examples/${name}.test.ts`,
);

/**
 * Where imports of the packages lead. Without a mode, to their sources, so that no test uses an old build. With `--mode built`
 * and `--mode everything` to what was built, which Node itself loads, as it does for users.
 */
function aliasesIn(mode: string): { find: RegExp; replacement: string }[] {
  const [folder, ending] = mode === 'test' ? ['src', 'ts'] : ['dist', 'js'];
  const aliases = [
    { find: /^@breaking\/(\w+)$/, replacement: `${packages}$1/${folder}/index.${ending}` },
    { find: /^@breaking\/(\w+)\/(\w+)$/, replacement: `${packages}$1/${folder}/$2.${ending}` },
  ];
  return mode === 'test' ? aliases : [...aliases, { find: /^((\.\.\/)+)src\//, replacement: '$1dist/' }];
}

interface Group {
  readonly include: string[];
  readonly exclude?: readonly string[];
  /** Whether each file has a process of its own. Otherwise `leftBehind.ts` checks that no file leaves changes behind. */
  readonly isolate?: boolean;
  /** A module that prepares something for all of its tests. */
  readonly globalSetup?: string;
}

const setupOf = (name: string) => `${packages}${name}/test/globalSetup.ts`;

/** A process runs the files of one group only. Starting it takes as long as many tests, so there are few groups. */
const GROUPS: Readonly<Record<string, Group>> = {
  pages: { include: NEVER_STOP, isolate: true },
  tarballs: { include: TARBALLS, globalSetup: setupOf('release') },
  others: {
    include: ['packages/*/test/**/*.test.ts', 'examples/**/test/**/*.test.ts'],
    exclude: [...TARBALLS, ...NEVER_STOP],
    globalSetup: setupOf('dashboard'),
  },
};

function project(mode: string, name: string, { include, exclude = [], isolate = false, globalSetup }: Group) {
  return {
    resolve: { alias: aliasesIn(mode) },
    test: {
      name,
      include,
      exclude: [...configDefaults.exclude, ...exclude, ...(mode === 'everything' ? [] : ONLY_CI)],
      isolate,
      globalSetup: globalSetup ?? [],
      env: { TESTED: mode === 'test' ? 'sources' : 'build' },
      setupFiles: [
        `${testkit}ownFetch.ts`,
        ...(isolate ? [] : [`${testkit}leftBehind.ts`]),
        `${testkit}warnings.ts`,
      ],
      // A busy machine makes a test slow, not wrong. This only ends a test that hangs.
      testTimeout: 600_000,
      hookTimeout: 600_000,
      server: { deps: { external: mode === 'test' ? [] : [/\/packages\/\w+\/dist\//] } },
    },
  };
}

/** Much of the time of these tests passes in waiting for servers and browsers. */
const WAITING = /\/packages\/(redis|dashboard)\//;

/** Begins with the slowest. Tests that wait take turns with tests that compute, so that no core is idle. */
class NeverIdle extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const groups = Object.keys(GROUPS);
    const groupOf = ({ project }: TestSpecification) => groups.indexOf(project.name);
    const slow = ['/examples/', '/nest/', '/dashboard/', ''];
    const rankOf = ({ moduleId }: TestSpecification) => slow.findIndex(part => moduleId.includes(part));

    const lengths = new Map<string, number>();
    const turns = new Map<TestSpecification, number>();
    for (const file of files.toSorted((a, b) => rankOf(a) - rankOf(b))) {
      const queue = `${groupOf(file)} ${WAITING.test(file.moduleId)}`;
      const turn = (lengths.get(queue) ?? 0) + 1;
      lengths.set(queue, turn);
      turns.set(file, turn);
    }
    return files.toSorted((a, b) => groupOf(a) - groupOf(b) || turns.get(a)! - turns.get(b)!);
  }
}

export default defineConfig(({ mode }) => ({
  test: {
    reporters: [`${testkit}terseReporter.ts`],
    // More than the cores: much of the time passes in waiting for servers and compilers.
    maxWorkers: availableParallelism() + 2,
    sequence: { sequencer: NeverIdle },
    projects: Object.entries(GROUPS).map(([name, group]) => project(mode, name, group)),
  },
}));
