import type { CallOutcome } from './events.js';

/** What a call tells of its end. What was thrown is still to be judged: it may count as any outcome. */
export type CallEnd = CallOutcome | 'thrown';

/** Tells a breaker how a call ended. */
export type Settle = (
  admission: Admission,
  end: CallEnd,
  error?: unknown,
  callerSignal?: AbortSignal,
) => void;

/**
 * What calls were admitted with. All of one epoch share one, unless their durations are to be published: so a call
 * leaves no object of its own behind. Each must tell its outcome once.
 */
export class Admission {
  readonly epoch: number;
  /** The reading of the clock at which the call was admitted, if it was read. */
  readonly since: number | undefined;
  readonly #settle: Settle;

  constructor(settle: Settle, epoch: number, since?: number) {
    this.#settle = settle;
    this.epoch = epoch;
    this.since = since;
  }

  end(end: CallEnd, error?: unknown, callerSignal?: AbortSignal): void {
    this.#settle(this, end, error, callerSignal);
  }

  /** For promises: the value goes on, once its call has been told of. */
  readonly succeed = <T>(value: T): T => {
    this.end('success');
    return value;
  };

  /** For promises: the error goes on, once its call has been told of. */
  readonly fail = (error: unknown): never => {
    this.end('thrown', error);
    throw error;
  };
}
