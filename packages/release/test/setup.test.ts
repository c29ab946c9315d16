import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { root } from './packed.js';

const run = promisify(execFile);

test.each(['start', 'test'])('npm %s says why an install fails, and what to do next', async script => {
  const folder = mkdtempSync(join(tmpdir(), 'breaking-setup-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const file of ['package.json', '.npmrc']) cpSync(join(root, file), join(folder, file));
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    npm_config_registry: 'http://127.0.0.1:9',
    npm_config_fetch_retries: '0',
  };
  const { code, stderr } = await run('npm', [script], { cwd: folder, env }).then(
    () => expect.fail('It did not fail.'),
    (error: { code: number; stderr: string }) => error,
  );

  expect(code).toBe(1);
  expect(stderr).toContain('ECONNREFUSED');
  expect(stderr).toMatch(/Installing failed, the reason stands above\. Next: /);
});
