const WAITING = Symbol('breaking.waiting');

/** A connection whose end can be watched. */
export interface Connection {
  on?(event: 'close', listener: () => void): unknown;
  off?(event: 'close', listener: () => void): unknown;
  [WAITING]?: Set<() => void>;
}

/**
 * Calls the listener when the connection closes. The connection has one listener for all callers, and none without callers.
 * @returns a function that stops waiting
 */
export function onConnectionClosed(connection: Connection, listener: () => void): () => void {
  if (connection[WAITING] === undefined) {
    connection[WAITING] = new Set();
    connection.on?.('close', tellAll);
  }
  const waiting = connection[WAITING].add(listener);
  return () => {
    waiting.delete(listener);
    if (waiting.size > 0 || connection[WAITING] !== waiting) return;
    connection.off?.('close', tellAll);
    delete connection[WAITING];
  };
}

function tellAll(this: Connection): void {
  for (const listener of this[WAITING] ?? []) listener();
}
