/** A request of the page to change something; see `perform` on the server. */
export interface Action {
  readonly action: 'resetKey' | 'blockKey' | 'resetBreaker' | 'tripBreaker';
  /** The name of the limit or breaker. */
  readonly name: string;
  /** Identifies a key that the page shows. */
  readonly id?: string | undefined;
  /** A key that the viewer typed. */
  readonly key?: string | undefined;
  readonly secs?: number;
}

/**
 * Sends an action to the server and shows the result.
 * @param question a question to confirm first, so that no action that refuses requests is started by mistake
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
