import type { Snapshot } from '../src/snapshot.js';

/** What the server sends once a second. */
export interface Told extends Snapshot {
  readonly title: string;
  /** There where the page may change something. */
  readonly token?: string;
}

/** Why nothing is told: not yet, no longer, or not to this viewer. */
export type Silence = 'connecting' | 'gone' | 'forbidden';

/** What the page knows: what was told last, and why nothing is told now. */
export interface Known {
  readonly told: Told | undefined;
  readonly toldAt: Date;
  readonly silence: Silence | undefined;
  /** What came of the latest action. */
  readonly notice: string;
}

/** How long to wait where the browser does not connect again by itself. */
const RETRY_MS = 2000;

/** All that the page knows, and who hears when that changes. */
export class Knowledge {
  #known: Known = { told: undefined, toldAt: new Date(), silence: 'connecting', notice: '' };
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
      this.change({ told: JSON.parse(data as string) as Told, toldAt: new Date(), silence: undefined });
    events.onerror = () => {
      this.change({ silence: 'gone' });
      // A browser gives up by itself when the answer is no stream of events: a proxy has answered, or authorize said no.
      if (events.readyState === EventSource.CLOSED) void this.#askWhy();
    };
  }

  async #askWhy(): Promise<void> {
    const answer = await fetch('events', { method: 'HEAD' }).catch(() => undefined);
    if (answer?.status === 403) this.change({ silence: 'forbidden' });
    setTimeout(() => this.listen(), RETRY_MS);
  }
}
