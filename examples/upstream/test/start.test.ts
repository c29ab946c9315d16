import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const START = fileURLToPath(new URL('../start.js', import.meta.url));

test('npm run upstream prints the output in the README for each framework, and exits', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const [, shown = ''] = /```text\n(.*?)```/s.exec(readme) ?? [];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [START]);

  const [first, ...tables] = stdout.split('\n\n');
  expect(first).toMatch(/^Each sign is one second/);
  expect(tables.slice(0, 3)).toEqual(
    ['Express', 'Koa    ', 'Fastify'].map(name => shown.trimEnd().replace('Express', name)),
  );
  expect(stderr).toBe('');
});
