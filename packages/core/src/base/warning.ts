/** How long a warning is not repeated, in milliseconds. */
const SILENT_MS = 60_000;

/**
 * A process warning that is given at most once a minute, so that an error in every call does not fill the logs. Node
 * prints it to stderr and emits it as `process.on('warning')`.
 */
export class RareWarning {
  readonly #code: string;
  #givenAtMs = Number.NEGATIVE_INFINITY;

  /** @param code the `code` of the warning, such as `BREAKING_CALLBACK_ERROR` */
  constructor(code: string) {
    this.#code = code;
  }

  /** Gives the warning, unless it was given less than a minute ago. `detail` is printed below the message. */
  give(message: string, detail?: string): void {
    const nowMs = performance.now();
    if (nowMs - this.#givenAtMs < SILENT_MS) return;
    this.#givenAtMs = nowMs;
    emitWarning(message, this.#code, detail);
  }
}

/**
 * Emits a process warning. In a runtime without process warnings, such as an older Cloudflare Worker, it goes to the
 * console.
 */
export function emitWarning(message: string, code: string, detail?: string): void {
  if (typeof globalThis.process?.emitWarning !== 'function') {
    console.warn(`BreakingWarning [${code}]: ${message}${detail === undefined ? '' : `\n${detail}`}`);
    return;
  }
  process.emitWarning(message, { type: 'BreakingWarning', code, ...(detail !== undefined && { detail }) });
}
