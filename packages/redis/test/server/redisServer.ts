import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { serverBinary } from './serverBinary.js';

const PERSISTENCE_OFF = ['--save', '', '--appendonly', 'no'];

/** A server of the tests' own, on a port and in a folder of its own. It can be paused, killed and started again. */
export class RedisServer {
  readonly port: number;
  readonly #settings: readonly string[];
  readonly #folder = mkdtempSync(join(tmpdir(), 'breaking-redis-'));
  #process: ChildProcess | undefined;
  // However this process ends, it leaves no server behind.
  readonly #onExit = () => this.#process?.kill('SIGKILL');

  private constructor(port: number, settings: readonly string[]) {
    this.port = port;
    this.#settings = settings;
    process.on('exit', this.#onExit);
  }

  /** @param settings of redis.conf, as command line arguments */
  static async start(settings: readonly string[] = []): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), settings);
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it, empty, and waits until it can be asked. */
  async start(): Promise<void> {
    const { path, env } = await serverBinary();
    const args = ['--port', `${this.port}`, '--bind', '127.0.0.1', '--dir', this.#folder, ...PERSISTENCE_OFF];
    // The program looks at its own name to know what it is to do.
    const started = spawn(path, [...args, ...this.#settings], {
      argv0: 'redis-server',
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#process = started;
    const lines: string[] = [];
    for await (const line of createInterface(started.stdout)) {
      lines.push(line);
      if (line.includes('Ready to accept connections')) {
        started.stdout.resume();
        return;
      }
    }
    throw new Error(`The server did not start:\n${lines.join('\n')}`);
  }

  /** Ends it at once, as a crash does. */
  async kill(): Promise<void> {
    const ended = this.#process;
    if (ended === undefined || ended.exitCode !== null || ended.signalCode !== null) return;
    ended.kill('SIGKILL');
    await once(ended, 'exit');
  }

  /** Stops it in its tracks: connections stay open, and nothing is answered. */
  pause(): void {
    this.#process?.kill('SIGSTOP');
  }

  resume(): void {
    this.#process?.kill('SIGCONT');
  }

  async close(): Promise<void> {
    await this.kill();
    process.off('exit', this.#onExit);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A server for one test. */
export async function ownServer(settings: readonly string[] = []): Promise<RedisServer> {
  const server = await RedisServer.start(settings);
  onTestFinished(() => server.close());
  return server;
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await once(probe.listen(0, '127.0.0.1'), 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}
