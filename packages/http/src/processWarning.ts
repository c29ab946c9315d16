/** Tells the operator, not the client: Node prints it to stderr, `process.on('warning')` hears it. */
function warn(code: string, message: string): void {
  process.emitWarning(message, { type: 'BreakingWarning', code });
}

const WARNED = Symbol('breaking.warned');

/** What has been warned of, once for each code. */
export interface Warned {
  [WARNED]?: Set<string>;
}

/** Warns once of whatever `of` is: it is noted there. */
export function warnOnce(of: Warned, code: string, message: string): void {
  of[WARNED] ??= new Set();
  if (of[WARNED].has(code)) return;
  of[WARNED].add(code);
  warn(code, message);
}
