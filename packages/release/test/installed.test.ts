import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { publicPackages } from '../publicPackages.js';
import { installInto, type Tarball } from '../tarballs.js';
import { packedTarballs, root, temporaryFolder } from './packed.js';

const run = promisify(execFile);
const folder = temporaryFolder();
let tarballs: readonly Tarball[];

/** Links the frameworks and clients of this repository, which is faster than another install of them. */
function linkPeers(): void {
  for (const { folder: from, manifest } of publicPackages()) {
    for (const peer of Object.keys(manifest.peerDependencies ?? {})) {
      const link = join(folder, 'node_modules', peer);
      if (existsSync(link)) continue;
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(realpathSync(join(from, 'node_modules', peer)), link);
    }
  }
}

// The matrix installs them with their peers, as users do.
beforeAll(async () => {
  cpSync(new URL('consumer', import.meta.url), folder, { recursive: true });
  tarballs = await packedTarballs();
  await installInto(folder, tarballs, [], ['--legacy-peer-deps']);
  linkPeers();
});

describe('all packages installed together', () => {
  test('there is one copy of each package', () => {
    const names = tarballs.map(each => each.name);
    const nested = names.flatMap(outer => names.map(inner => join(outer, 'node_modules', inner)));

    expect(nested.filter(path => existsSync(join(folder, 'node_modules', path)))).toEqual([]);
  });

  test.each([
    ['import', ['import.mjs']],
    ['require()', ['require.cjs']],
    ['require() of CommonJS', ['--no-experimental-require-module', 'require.cjs']],
  ])('%s: every framework limits requests, and breaks a failing route', async (_, args) => {
    const { stdout, stderr } = await run(process.execPath, args, { cwd: folder });

    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      express: [200, 429, 500, 503],
      koa: [200, 429, 500, 503],
      fastify: [200, 429, 500, 503],
      web: [200, 429, 500, 503],
      hono: [200, 429, 500, 503],
      fetch: [500, 'BREAKING_TOO_MANY_ERRORS'],
      core: [true, false],
      http: 'function',
      redis: 'function',
      plan: 'function',
      metrics: 3,
    });
  });

  test('npx runs the command of plan', async () => {
    const log = join(root, 'examples/replay/data/apache-access.log.gz');
    const { stdout, stderr } = await run('npx', ['@breaking/plan', log], { cwd: folder });

    expect(stderr).toBe('');
    expect(stdout).toContain('Suggested: perMinute(10, { burst: 25 })');
  });
});
