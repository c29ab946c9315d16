import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { serverBinary } from './serverBinary.js';

/** Starts what its arguments say, prints its process id, and kills it when whoever holds the input has ended. */
const GUARD = '"$@" >/dev/null 2>&1 & echo $!; cat >/dev/null; kill -9 $! 2>/dev/null';

/** Keeps nothing on disk, listens on this machine alone. */
const SETTINGS = { bind: '127.0.0.1', save: '', appendonly: 'no', 'enable-debug-command': 'yes' };

/** A server of a test's own, in a process of its own: it can be killed, stopped and started again on its port. */
export class RedisServer {
  readonly port: number;
  readonly #folder: string;
  readonly #settings: Readonly<Record<string, string>>;
  #guard: ChildProcess | undefined;
  #pid = 0;

  private constructor(port: number, folder: string, settings: Readonly<Record<string, string>>) {
    this.port = port;
    this.#folder = folder;
    this.#settings = settings;
  }

  /** @param settings as in redis.conf */
  static async start(settings: Readonly<Record<string, string>> = {}): Promise<RedisServer> {
    const server = await RedisServer.stopped(settings);
    await server.start();
    return server;
  }

  /** A server that has its port and does not run yet. */
  static async stopped(settings: Readonly<Record<string, string>> = {}): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), 'breaking-redis-'));
    return new RedisServer(await freePort(), folder, { ...SETTINGS, ...settings });
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const { path, env } = await serverBinary();
    const settings = { ...this.#settings, port: String(this.port), dir: this.#folder };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
    const guard = spawn('sh', ['-c', GUARD, 'sh', path, ...args], { env, stdio: ['pipe', 'pipe', 'ignore'] });
    this.#guard = guard;
    const [printed] = await once(guard.stdout, 'data');
    this.#pid = Number(printed);
    // Neither keeps the process of the tests alive.
    guard.unref();
    for (const stream of [guard.stdin, guard.stdout] as { unref?(): void }[]) stream.unref?.();
    for (let tries = 0; !(await this.#answers()); tries++) {
      if (tries === 1000) throw new Error(`${path} ${args.join(' ')} does not answer`);
      await wait(5);
    }
  }

  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    process.kill(this.#pid, signal);
  }

  /** As a crash: at once, and everything is lost. */
  async kill(): Promise<void> {
    const guard = this.#guard;
    if (guard === undefined) return;
    this.#guard = undefined;
    const ended = once(guard, 'close');
    guard.stdin?.end();
    await ended;
  }

  async close(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** One command, over a connection of its own. */
  async command(name: string, ...args: (string | number)[]): Promise<unknown> {
    const client = new Redis(this.port, { lazyConnect: true, retryStrategy: () => null, protocol: 2 });
    client.on('error', () => {});
    try {
      return await client.call(name, ...args);
    } finally {
      client.disconnect();
    }
  }

  /** The server's own clock, in microseconds. */
  async micros(): Promise<number> {
    const [secs, micros] = (await this.command('TIME')) as [string, string];
    return Number(secs) * 1e6 + Number(micros);
  }

  #answers(): Promise<boolean> {
    return new Promise(resolve => {
      const socket = connect(this.port, '127.0.0.1', () => socket.write('PING\r\n'));
      socket.once('data', data => {
        socket.destroy();
        resolve(String(data).startsWith('+PONG'));
      });
      socket.once('error', () => resolve(false));
    });
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('A server without a port');
  return address.port;
}
