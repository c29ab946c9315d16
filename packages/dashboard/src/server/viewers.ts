import type { ServerResponse } from 'node:http';

/** A viewer that does not read is disconnected after missing this many events. */
const MISSED_MAX = 10;

interface Viewer {
  readonly res: ServerResponse;
  /** Whether the last event has not left this process yet. */
  isBehind: boolean;
  missed: number;
}

export interface ViewersOptions {
  /** Makes the event that all viewers receive. */
  readonly event: () => string;
  readonly onFirst: () => void;
  readonly onLast: () => void;
  readonly everyMs?: number;
}

/**
 * All viewers, over server-sent events: one timer and one event for all of them. A viewer that does not read misses events,
 * since they are not buffered, and is disconnected after ten.
 */
export class Viewers {
  readonly #options: ViewersOptions;
  readonly #viewers = new Set<Viewer>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ViewersOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#viewers.size;
  }

  /** Sends events to this response from now on, the first at once. */
  add(res: ServerResponse): void {
    // It may have been closed while the permission was checked.
    if (res.destroyed) return;
    const viewer: Viewer = { res, isBehind: false, missed: 0 };
    res.on('drain', () => {
      viewer.isBehind = false;
      viewer.missed = 0;
    });
    res.on('close', () => this.#remove(viewer));
    this.#viewers.add(viewer);
    if (this.#viewers.size === 1) this.#begin();
    send(viewer, this.#options.event());
  }

  /** Ends all responses. */
  close(): void {
    for (const viewer of [...this.#viewers]) {
      viewer.res.end();
      this.#remove(viewer);
    }
  }

  #begin(): void {
    this.#options.onFirst();
    this.#timer = setInterval(() => this.#tick(), this.#options.everyMs ?? 1000).unref();
  }

  #tick(): void {
    const event = this.#options.event();
    for (const viewer of [...this.#viewers]) {
      if (!viewer.isBehind) send(viewer, event);
      else if (++viewer.missed > MISSED_MAX) viewer.res.destroy();
    }
  }

  #remove(viewer: Viewer): void {
    if (!this.#viewers.delete(viewer) || this.#viewers.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#options.onLast();
  }
}

function send(viewer: Viewer, event: string): void {
  viewer.isBehind = !viewer.res.write(event);
}
