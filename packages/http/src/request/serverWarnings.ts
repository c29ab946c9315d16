import { RareWarning } from '@breaking/core/internal';

const WARNINGS = Symbol('breaking.serverWarnings');

/** The times of a server's warnings, by code, and of limits that were created in its handlers. */
interface Warned {
  [WARNINGS]?: { readonly byCode: Map<string, RareWarning>; madeAtMs: readonly number[] };
}

function warningsOf(server: Warned) {
  server[WARNINGS] ??= { byCode: new Map(), madeAtMs: [] };
  return server[WARNINGS];
}

/** Emits a process warning, at most once a minute for each server and code. */
export function warnRarely(server: object, code: string, message: string): void {
  const { byCode } = warningsOf(server);
  let warning = byCode.get(code);
  if (warning === undefined) {
    warning = new RareWarning(code);
    byCode.set(code, warning);
  }
  warning.give(message);
}

/** How many limits a minute may be used in the turn of the event loop that created them before the warning. */
const MADE = 3;
const MINUTE_MS = 60_000;

/**
 * Records a limit that was used in the turn of the event loop that created it. By chance this is rare; for limits created in
 * a handler it is the rule.
 */
export function noteMadeInHandler(server: object, what: string): void {
  const warned = warningsOf(server);
  const nowMs = performance.now();
  warned.madeAtMs = [...warned.madeAtMs.filter(atMs => nowMs - atMs < MINUTE_MS), nowMs].slice(-MADE);
  if (warned.madeAtMs.length < MADE) return;
  const why =
    'a limit is made for each request, so each has a bucket of its own and no request is ever refused';
  warnRarely(server, 'BREAKING_MADE_IN_HANDLER', `${what}: ${why}. Make it once, outside the handler.`);
}
