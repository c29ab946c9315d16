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
  /** What came of the latest action. */
  readonly notice: string;
}

/** How long to wait where the browser does not connect again by itself. */
const RETRY_MS = 2000;

/** All that the page knows, and who hears when that changes. */
export class Knowledge {
  #known: Known = { told: undefined, isConnected: false, notice: '' };
  readonly #heard: (known: Known) => void;

  constructor(heard: (known: Known) => void) {
    this.#heard = heard;
  }

  change(changed: Partial<Known>): void {
    this.#known = { ...this.#known, ...changed };
    this.#heard(this.#known);
  }

  /** Hears what the server tells, and connects again by itself when the server was gone. */
  listen(): void {
    this.change({});
    const events = new EventSource('events');
    events.onmessage = ({ data }) =>
      this.change({ told: JSON.parse(data as string) as Told, isConnected: true });
    events.onerror = () => {
      this.change({ isConnected: false });
      // A browser gives up by itself when the answer is no stream of events, as while a server starts.
      if (events.readyState === EventSource.CLOSED) setTimeout(() => this.listen(), RETRY_MS);
    };
  }
}
