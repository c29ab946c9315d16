import { RareWarning } from '@breaking/core/internal';

const WARNINGS = Symbol('breaking.serverWarnings');

/** What a server has been warned of, by code, and when limits were made in its handlers. */
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

/** How many limits may meet a request in the turn that made them, in a minute, before that is taken for a mistake. */
const MADE = 3;
const MINUTE_MS = 60_000;

/** A limit has met a request in the turn of the event loop that made it. Few do by chance, those made in a handler always. */
export function noteMadeInHandler(server: object, what: string): void {
  const warned = warningsOf(server);
  const nowMs = performance.now();
  warned.madeAtMs = [...warned.madeAtMs.filter(atMs => nowMs - atMs < MINUTE_MS), nowMs].slice(-MADE);
  if (warned.madeAtMs.length < MADE) return;
  const why = 'a limit is made for each request, so each has a bucket of its own and none is ever refused';
  warnRarely(server, 'BREAKING_MADE_IN_HANDLER', `${what}: ${why}. Make it once, outside the handler.`);
}
