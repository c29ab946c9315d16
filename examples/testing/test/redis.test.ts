import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { emptyServer } from '../../../packages/redis/test/server/sharedServer.js';

const program = fileURLToPath(new URL('../redis.js', import.meta.url));

test('the test of a limit in Redis passes', async () => {
  const redis = await emptyServer();
  const env = { ...process.env, REDIS_URL: redis.url };
  const child = spawn(process.execPath, ['--test', program], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', text => {
    output += text;
  });
  const [code] = await once(child, 'close');

  expect(output).toMatch(/pass 1$/m);
  expect(code).toBe(0);
});
