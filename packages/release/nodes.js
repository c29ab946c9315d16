import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The versions of Node with which the contract suites run. */
export const NODES = ['20.19.0', '22', '24', '26'];

/**
 * Runs the contract suites of adapters and stores, and the checks of the packed packages.
 * @param {string} version the version of Node
 * @param {(line: string) => void} say called with the result
 * @returns whether they pass
 */
export function runContracts(version, say) {
  const node = nodeOf(version);
  const path = `${dirname(node)}${delimiter}${process.env.PATH}`;
  const env = { ...process.env, PATH: path, NO_COLOR: '1' };
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.workspace.ts'];
  const args = [...vitest, '--mode', 'everything', 'contract', 'packages/release/'];
  const { status, stdout, stderr } = spawnSync(node, args, {
    cwd: root,
    env,
    encoding: 'utf8',
    maxBuffer: 1e8,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = `${stdout}${stderr}`;
  const passed = status === 0;
  say(
    passed
      ? `Node ${version}: ${/^ *Tests +(.*)$/m.exec(output)?.[1]}`
      : `Node ${version}: fails\n${output.replaceAll(/^ *✓.*\n/gm, '')}`,
  );
  return passed;
}

/**
 * The program of a version, which npm downloads into this project's cache.
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
