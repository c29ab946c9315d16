import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { serverBinary } from './serverBinary.js';

/**
 * Runs a program that never outlives the process of the tests, however that ends. Its process id is the first line of the
 * output. The output ends with the program, and the program is killed when the input ends.
 */
const GUARD = `
sh -c 'echo "$$"; exec "$@"' sh "$@" &
exec >/dev/null
cat
kill -9 "$!" 2>/dev/null
wait`;

const PERSISTENCE_OFF = ['--save', '', '--appendonly', 'no'];

/** A server on its own port and in its own folder. Tests can pause, kill and restart it. */
export class RedisServer {
  readonly port: number;
  readonly #settings: readonly string[];
  readonly #folder = mkdtempSync(join(tmpdir(), 'breaking-redis-'));
  #guard: ChildProcess | undefined;
  #pid = 0;

  private constructor(port: number, settings: readonly string[]) {
    this.port = port;
    this.#settings = settings;
  }

  /** @param settings command line arguments, which stand for lines of redis.conf */
  static async start(settings: readonly string[] = []): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), settings);
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it without data and waits until it accepts connections. */
  async start(): Promise<void> {
    const { path, env } = await serverBinary();
    const args = ['--port', `${this.port}`, '--bind', '127.0.0.1', '--dir', this.#folder, ...PERSISTENCE_OFF];
    const guard = spawn('sh', ['-c', GUARD, 'sh', path, ...args, ...this.#settings], {
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#guard = guard;
    const lines: string[] = [];
    for await (const line of createInterface(guard.stdout)) {
      if (lines.length === 0) this.#pid = Number(line);
      lines.push(line);
      if (line.includes('Ready to accept connections')) {
        guard.stdout.resume();
        return;
      }
    }
    throw new Error(`The server did not start:\n${lines.join('\n')}`);
  }

  /** Kills it, as a crash would. */
  async kill(): Promise<void> {
    const guard = this.#guard;
    if (guard === undefined) return;
    this.#guard = undefined;
    const ended = once(guard, 'exit');
    guard.stdin?.end();
    await ended;
  }

  /** Suspends the process: connections stay open, and nothing is answered. */
  pause(): void {
    this.#signal('SIGSTOP');
  }

  resume(): void {
    this.#signal('SIGCONT');
  }

  #signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    if (this.#guard !== undefined) process.kill(this.#pid, signal);
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A server for one test, closed at its end. */
export async function ownServer(settings: readonly string[] = []): Promise<RedisServer> {
  const server = await RedisServer.start(settings);
  onTestFinished(() => server.close());
  return server;
}

/** A port without a listener. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await once(probe.listen(0, '127.0.0.1'), 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}
