/** Tells the operator, not the client: Node prints it to stderr, `process.on('warning')` hears it. */
export function warn(code: string, message: string): void {
  process.emitWarning(message, { type: 'BreakingWarning', code });
}

/** A callback failed when the answer was out already, so that no error path is left but the operator's. */
export function warnOfCallback(what: string, error: unknown): void {
  warn(
    'BREAKING_CALLBACK_ERROR',
    `${what} failed: ${error instanceof Error ? error.message : String(error)}`,
  );
}
