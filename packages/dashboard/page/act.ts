/** What the page can ask of the server; see `perform` there. */
export interface Action {
  readonly action: 'resetKey' | 'blockKey' | 'resetBreaker' | 'tripBreaker';
  /** Of the limit or the breaker. */
  readonly name: string;
  /** Names a key that the page shows. */
  readonly id?: string | undefined;
  /** A key that somebody typed. */
  readonly key?: string | undefined;
  readonly secs?: number;
}

/**
 * Asks the server, and says to whoever watches what came of it.
 * @param question what the viewer must say yes to first: an action that refuses requests is not done by a slip
 */
export type Act = (action: Action, done: string, question?: string) => void;

const FAILURES: Readonly<Record<number, string>> = {
  403: 'you may not. Reload the page, and try again',
  404: 'it is no longer there',
  503: 'the store gives no answer',
};

/** @returns `done`, or what went wrong */
export async function asked(action: Action, token: string, done: string): Promise<string> {
  const headers = { 'content-type': 'application/json', 'breaking-token': token };
  try {
    const { ok, status } = await fetch('actions', { method: 'POST', headers, body: JSON.stringify(action) });
    return ok ? `✓ ${done}` : `✕ Nothing was changed: ${FAILURES[status] ?? `the answer was ${status}`}.`;
  } catch {
    return '✕ Nothing was changed: the server gives no answer.';
  }
}
