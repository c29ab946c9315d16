import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, GuardedProgram, installedProgram } from '@breaking/testkit';

/** The parts that use a server. */
const ASKING = ['redis', 'leases'];

/** Starts the installed server if one of these parts uses a server and REDIS_URL is not set. It ends with this process. */
export async function serverFor(parts: readonly string[]): Promise<void> {
  if (process.env.REDIS_URL !== undefined || !parts.some(part => ASKING.includes(part))) return;
  const program = await installedProgram(['redis-server', 'valkey-server']);
  if (program === undefined) return;
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'breaking-bench-'));
  const settings = ['--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
  await GuardedProgram.start(program, ['--port', `${port}`, ...settings], 'Ready to accept connections');
  process.env.REDIS_URL = `redis://127.0.0.1:${port}`;
}
