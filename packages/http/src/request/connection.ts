const WAITING = Symbol('breaking.waiting');

/** A connection, as far as it is waited for. */
export interface Connection {
  on?(event: 'close', listener: () => void): unknown;
  off?(event: 'close', listener: () => void): unknown;
  [WAITING]?: Set<() => void>;
}

/**
 * Calls the listener when the connection closes. However many wait, the connection has one listener for all of them, and
 * none when nobody waits any more.
 * @returns what ends the waiting
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
