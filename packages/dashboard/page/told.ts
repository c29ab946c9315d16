import type { Snapshot } from '../src/snapshot.js';

/** What the server sends once a second. */
export interface Told extends Snapshot {
  readonly title: string;
  /** Present if the page may change something. */
  readonly token?: string;
}

/** Why there is no data: not yet, no longer, or not for this viewer. */
export type Silence = 'connecting' | 'gone' | 'forbidden';

/** The state of the page: the latest data, and why there is no newer data. */
export interface Known {
  readonly told: Told | undefined;
  readonly toldAt: Date;
  readonly silence: Silence | undefined;
  /** The result of the latest action. */
  readonly notice: string;
}

/** The delay before a new connection, if the browser does not reconnect by itself. */
const RETRY_MS = 2000;

/** The state of the page, and its subscribers. */
export class Knowledge {
  #known: Known = { told: undefined, toldAt: new Date(), silence: 'connecting', notice: '' };
  readonly #onChange: (known: Known) => void;

  constructor(onChange: (known: Known) => void) {
    this.#onChange = onChange;
  }

  change(changed: Partial<Known>): void {
    this.#known = { ...this.#known, ...changed };
    this.#onChange(this.#known);
  }

  /** Receives the events of the server, and reconnects if the server was gone. */
  listen(): void {
    this.change({});
    const events = new EventSource('events');
    events.onmessage = ({ data }) =>
      this.change({ told: JSON.parse(data as string) as Told, toldAt: new Date(), silence: undefined });
    events.onerror = () => {
      this.change({ silence: 'gone' });
      // A browser gives up if the response is not an event stream, as when a proxy answers, or `authorize` refuses.
      if (events.readyState === EventSource.CLOSED) void this.#askWhy();
    };
  }

  async #askWhy(): Promise<void> {
    const answer = await fetch('events', { method: 'HEAD' }).catch(() => undefined);
    if (answer?.status === 403) this.change({ silence: 'forbidden' });
    setTimeout(() => this.listen(), RETRY_MS);
  }
}
