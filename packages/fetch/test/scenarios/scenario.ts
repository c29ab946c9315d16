import type { Fetch } from '../../src/index.js';

/** Returns what it observed. An error is an observation too. */
export type Scenario = (fetch: Fetch, url: string) => unknown;

export const aborted = (reason?: unknown): AbortSignal => {
  const controller = new AbortController();
  controller.abort(reason);
  return controller.signal;
};

export const chunks = (...texts: string[]) => new Blob(texts).stream();

export const streaming = (body: ReadableStream): RequestInit =>
  ({ method: 'POST', body, duplex: 'half' }) as RequestInit;
