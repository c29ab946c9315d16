/** Tells the operator, not the client: Node prints it to stderr, `process.on('warning')` hears it. */
export function warn(code: string, message: string): void {
  process.emitWarning(message, { type: 'BreakingWarning', code });
}
