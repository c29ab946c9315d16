import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';

const BIN = new URL('../dist/bin.js', import.meta.url).pathname;
const LOG = new URL('../../../examples/replay/data/apache-access.log.gz', import.meta.url).pathname;

/** Runs the built command in a shell, with `bin` and `log` as its variables. */
function inShell(script: string) {
  const env = { ...process.env, node: process.execPath, bin: BIN, log: LOG };
  const { status, stdout, stderr } = spawnSync('bash', ['-o', 'pipefail', '-c', script], {
    encoding: 'utf8',
    env,
  });
  return { status, stdout, stderr };
}

test('a reader of the output may stop at any line', () => {
  // With so many keys, the output does not fit into the buffer of a pipe.
  const { status, stdout, stderr } = inShell(
    `"$node" "$bin" "$log" --key field:5 --json --policy 'perDay(0.001)' | head -n 1`,
  );

  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '{\n', stderr: '' });
});

// On Linux, this file is always full.
if (existsSync('/dev/full')) {
  test('a failed write of the output is an error', () => {
    const { status, stderr } = inShell('"$node" "$bin" "$log" > /dev/full');

    expect(status).toBe(1);
    expect(stderr).toContain('ENOSPC');
  });
}
