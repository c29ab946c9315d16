import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, GuardedProgram } from '@breaking/testkit';
import { onTestFinished } from 'vitest';
import { serverBinary } from './serverBinary.js';

export { freePort };

const PERSISTENCE_OFF = ['--save', '', '--appendonly', 'no'];

/** Starts a server without data and waits until it accepts connections. */
export async function startProgram(
  port: number,
  folder: string,
  settings: readonly string[] = [],
): Promise<GuardedProgram> {
  const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, ...PERSISTENCE_OFF];
  return GuardedProgram.start(await serverBinary(), [...args, ...settings], 'Ready to accept connections');
}

/** A server on its own port and in its own folder. Tests can pause, kill and restart it. */
export class RedisServer {
  readonly port: number;
  readonly #settings: readonly string[];
  readonly #folder = mkdtempSync(join(tmpdir(), 'breaking-redis-'));
  #process: GuardedProgram | undefined;

  private constructor(port: number, settings: readonly string[]) {
    this.port = port;
    this.#settings = settings;
  }

  /** @param settings command line arguments, each in place of a line of redis.conf */
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
    this.#process = await startProgram(this.port, this.#folder, this.#settings);
  }

  /** Kills it, as a crash would. */
  async kill(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    await running?.kill();
  }

  /** Suspends the process: connections stay open, and nothing is answered. */
  pause(): void {
    this.#signal('SIGSTOP');
  }

  resume(): void {
    this.#signal('SIGCONT');
  }

  #signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    if (this.#process !== undefined) process.kill(this.#process.pid, signal);
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A server for one test that does more than send it commands, closed at its end. */
export async function ownServer(settings: readonly string[] = []): Promise<RedisServer> {
  const server = await RedisServer.start(settings);
  onTestFinished(() => server.close());
  return server;
}
