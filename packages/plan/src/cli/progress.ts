import { statSync } from 'node:fs';

const WIDTH = 30;
const EVERY_MS = 100;

/** A progress bar on the last line of a terminal. Prints nothing if the output is not a terminal. */
export class Progress {
  readonly #output: NodeJS.WriteStream;
  readonly #title: string;
  /** Bytes; 0 if the number is not known. */
  readonly #total: number;
  #done = 0;
  #drawnAt = -Infinity;

  /** @param total the number of bytes to read, 0 if it is not known */
  constructor(title: string, total: number, output: NodeJS.WriteStream = process.stderr) {
    this.#title = title;
    this.#total = total;
    this.#output = output;
  }

  add(bytes: number): void {
    this.#done += bytes;
    if (!this.#output.isTTY || performance.now() - this.#drawnAt < EVERY_MS) return;
    this.#drawnAt = performance.now();
    this.#output.write(`\r${this.#title} ${this.#total > 0 ? this.#bar() : `${megabytes(this.#done)} MB`}`);
  }

  /** Removes the bar. */
  clear(): void {
    if (this.#output.isTTY) this.#output.write('\r\x1b[K');
  }

  #bar(): string {
    const share = Math.min(1, this.#done / this.#total);
    const filled = Math.round(WIDTH * share);
    const percent = String(Math.floor(100 * share)).padStart(3);
    return `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${percent} % of ${megabytes(this.#total)} MB`;
  }
}

/** The bytes of all files together; 0 if the size of one is not known. */
export function sizeOf(files: readonly string[]): number {
  const stats = files.map(file => statSync(file, { throwIfNoEntry: false }));
  if (!stats.every(each => each?.isFile())) return 0;
  return stats.reduce((sum, each) => sum + (each?.size ?? 0), 0);
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
