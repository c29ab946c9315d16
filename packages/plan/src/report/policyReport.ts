import type { ReplayedLimits } from '../replay/replayedLimits.js';

/** A refusal in a report. */
export interface ShownRefusal {
  /** ISO 8601. */
  readonly at: string;
  readonly key: string;
  /** null for a cost that never fits. */
  readonly retryAfterSecs: number | null;
}

/** What a policy would have refused, for a report. */
export interface PolicyReport {
  /** As it was written. */
  readonly code: string;
  /** The number of refused requests. */
  readonly refused: number;
  /** The clients with refused requests, in the order of their first request. */
  readonly keys: readonly string[];
  /** The ten clients with the most refused requests. */
  readonly clients: readonly {
    readonly key: string;
    readonly refused: number;
    readonly firstAt: string;
    readonly longestRetryAfterSecs: number | null;
  }[];
  /** The first ten refusals. */
  readonly firstRefusals: readonly ShownRefusal[];
}

const SHOWN = 10;

/** Collects the refusals of a policy for a report. */
export class PolicyReporter {
  readonly #code: string;
  readonly #first: ShownRefusal[] = [];

  constructor(code: string) {
    this.#code = code;
  }

  refused(key: string, at: number, waitSecs: number): void {
    if (this.#first.length < SHOWN)
      this.#first.push({ at: isoOf(at), key, retryAfterSecs: finite(waitSecs) });
  }

  report(replayed: ReplayedLimits): PolicyReport {
    const clients = replayed.clients();
    const most = [...clients].sort((a, b) => b.refused - a.refused).slice(0, SHOWN);
    return {
      code: this.#code,
      refused: replayed.refused,
      keys: clients.map(({ key }) => key),
      clients: most.map(({ key, refused, firstAt, longestWaitSecs }) => ({
        key,
        refused,
        firstAt: isoOf(firstAt),
        longestRetryAfterSecs: finite(longestWaitSecs),
      })),
      firstRefusals: this.#first,
    };
  }
}

export function isoOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

function finite(secs: number): number | null {
  return Number.isFinite(secs) ? secs : null;
}
