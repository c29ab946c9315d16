import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Program } from './installedProgram.js';

/** Prints its process id as the first line. The output ends with the program, and the program is killed when the input ends. */
const GUARD = `
sh -c 'echo "$$"; exec "$@" 2>&1' sh "$@" &
exec >/dev/null
cat
kill -9 "$!" 2>/dev/null
wait`;

/** A running program that never outlives the process of the tests, however that ends. */
export class GuardedProgram {
  readonly pid: number;
  readonly #guard: ChildProcess;

  private constructor(guard: ChildProcess, pid: number) {
    this.#guard = guard;
    this.pid = pid;
  }

  /**
   * Starts it and waits until it is ready.
   * @param sign text in the line of output that shows that it is ready
   * @throws Error with its output if it ends before that
   */
  static async start({ path, env }: Program, args: readonly string[], sign: string): Promise<GuardedProgram> {
    const guard = spawn('sh', ['-c', GUARD, 'sh', path, ...args], {
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines: string[] = [];
    for await (const line of createInterface(guard.stdout)) {
      lines.push(line);
      if (!line.includes(sign)) continue;
      guard.stdout.resume();
      return new GuardedProgram(guard, Number(lines[0]));
    }
    throw new Error(`${path} did not start:\n${lines.slice(1).join('\n')}`);
  }

  /** Lets the process of the tests end while it runs, which kills it. */
  unref(): void {
    this.#guard.unref();
    for (const pipe of [this.#guard.stdin, this.#guard.stdout]) (pipe as Socket).unref();
  }

  /** Kills it, as a crash would. */
  async kill(): Promise<void> {
    const ended = once(this.#guard, 'exit');
    this.#guard.stdin?.end();
    await ended;
  }
}
