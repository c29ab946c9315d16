import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Runs the contract suites of adapters and stores, and the installed packages, under other versions of Node:
//
//     npm run test:matrix              under all of these
//     npm run test:matrix -- 22 24     under those

const VERSIONS = ['20.19.0', '22', '24', '26'];
const root = fileURLToPath(new URL('../../', import.meta.url));

for (const version of process.argv.length > 2 ? process.argv.slice(2) : VERSIONS) {
  const node = nodeOf(version);
  const path = `${dirname(node)}${delimiter}${process.env.PATH}`;
  const env = { ...process.env, PATH: path, BREAKING_BUILT: '1', NO_COLOR: '1' };
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.workspace.ts'];
  const { status, stdout, stderr } = spawnSync(node, [...args, 'contract', 'installed'], {
    cwd: root,
    env,
    encoding: 'utf8',
    maxBuffer: 1e8,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (status !== 0) {
    console.error(`${stdout}${stderr}`.replaceAll(/^ *✓.*\n/gm, ''));
    console.error(`Node ${version}: the tests fail, the reason stands above.`);
    process.exit(1);
  }
  console.log(`Node ${version}: ${/^ *Tests +(.*)$/m.exec(stdout)?.[1]}`);
}

/**
 * The program of a version, which npm brings into this project's cache.
 * @param {string} version as in `node@version`
 */
function nodeOf(version) {
  const folder = join(root, '.cache', 'node', version);
  const node = join(
    folder,
    'node_modules',
    'node',
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
  if (!existsSync(node)) {
    mkdirSync(folder, { recursive: true });
    const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
    const args = ['install', ...quiet, '--prefix', folder, `node@${version}`];
    const { status } = spawnSync('npm', args, { stdio: ['ignore', 'ignore', 'inherit'] });
    if (status !== 0 || !existsSync(node)) {
      console.error(`Node ${version} could not be fetched. Next: see that npm ping gets an answer.`);
      process.exit(1);
    }
  }
  return node;
}
