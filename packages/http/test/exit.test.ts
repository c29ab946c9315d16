import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';

const FIXTURE = fileURLToPath(new URL('./gatesFixture/', import.meta.url));
const COMPILED = fileURLToPath(new URL('../build-test/gatesFixture-compiled/', import.meta.url));

const node = (...args: string[]) => promisify(execFile)(process.execPath, args);

// The build has compiled the fixture.
beforeAll(async () => {
  if (process.env.TESTED === 'build') return;
  const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));
  await node(join(typescript, 'bin', 'tsc'), '-b', FIXTURE);
});

test('a process that served requests behind every kind of gate exits on its own', async () => {
  const { stdout, stderr } = await node(join(COMPILED, 'gatesFixture', 'everyGate.js'));
  expect(stdout).toBe('200 429 500 503 200\n');
  expect(stderr).toBe('');
});
