const WARNED = Symbol('breaking.warned');

/** What has been warned of, once for each code. */
export interface Warned {
  [WARNED]?: Set<string>;
}

/**
 * Warns once of whatever `of` is: it is noted there. This tells the operator, not the client: Node prints it to stderr,
 * `process.on('warning')` hears it.
 */
export function warnOnce(of: Warned, code: string, message: string): void {
  of[WARNED] ??= new Set();
  if (of[WARNED].has(code)) return;
  of[WARNED].add(code);
  process.emitWarning(message, { type: 'BreakingWarning', code });
}
