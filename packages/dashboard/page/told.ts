import type { Snapshot } from '../src/snapshot.js';

/** What the server sends once a second. */
export interface Told extends Snapshot {
  readonly title: string;
  /** There where the page may change something. */
  readonly token?: string;
}

/** What the page knows: nothing yet, what was told last, and whether the server is still there. */
export interface Known {
  readonly told: Told | undefined;
  readonly isConnected: boolean;
}

/** Hears what the server tells, and connects again by itself when the server was gone. */
export function listen(heard: (known: Known) => void): void {
  let known: Known = { told: undefined, isConnected: false };
  const change = (changed: Partial<Known>) => {
    known = { ...known, ...changed };
    heard(known);
  };
  const connect = () => {
    const events = new EventSource('events');
    events.onmessage = ({ data }) => change({ told: JSON.parse(data as string) as Told, isConnected: true });
    events.onerror = () => {
      change({ isConnected: false });
      // A browser gives up by itself when the answer is no stream of events, as while a server starts.
      if (events.readyState !== EventSource.CLOSED) return;
      setTimeout(connect, 2000);
    };
  };
  connect();
}
