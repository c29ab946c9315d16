import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { compileFixtures } from '@breaking/testkit';
import { beforeAll, expect, test } from 'vitest';

const FIXTURE = fileURLToPath(new URL('./gatesFixture/', import.meta.url));
const COMPILED = fileURLToPath(new URL('../build-test/gatesFixture-compiled/', import.meta.url));

const node = (...args: string[]) => promisify(execFile)(process.execPath, args);

beforeAll(() => compileFixtures(FIXTURE));

test('a process that served requests behind every kind of gate exits on its own', async () => {
  const { stdout, stderr } = await node(join(COMPILED, 'gatesFixture', 'everyGate.js'));
  expect(stdout).toBe('200 429 500 503 200\n');
  expect(stderr).toBe('');
});
