import type { Incoming, Outgoing } from './binding.js';
import { type Outcome, outcomeOf } from './outcome.js';
import type { Visit } from './visit.js';

const EXCHANGE = Symbol('breaking.exchange');

/** What the gates keep of one request. It hangs on the raw request, and so lives exactly as long. */
export class Exchange {
  /** The rate limits that this request has met, in order. */
  readonly visits: Visit[] = [];
  /** What was thrown while the request was handled, as far as the framework tells. */
  error: unknown;
  readonly #outgoing: Outgoing;
  #listeners: ((outcome: Outcome) => void)[] | undefined;

  constructor(outgoing: Outgoing) {
    this.#outgoing = outgoing;
  }

  static of(incoming: Incoming & { [EXCHANGE]?: Exchange }, outgoing: Outgoing): Exchange {
    incoming[EXCHANGE] ??= new Exchange(outgoing);
    return incoming[EXCHANGE];
  }

  /**
   * Tells how the request ended, exactly once: when its response finishes, or closes without having finished, or at once
   * if that is past. No listener stays on the response.
   */
  onSettled(listener: (outcome: Outcome) => void): void {
    const outgoing = this.#outgoing;
    if (outgoing.writableFinished || outgoing.destroyed) {
      listener(outcomeOf(outgoing, outgoing.writableFinished, this.error));
    } else if (this.#listeners === undefined) {
      this.#listeners = [listener];
      this.#listen(this.#listeners);
    } else {
      this.#listeners.push(listener);
    }
  }

  #listen(listeners: readonly ((outcome: Outcome) => void)[]): void {
    const outgoing = this.#outgoing;
    const settle = (finished: boolean) => {
      outgoing.off('finish', onFinish);
      outgoing.off('close', onClose);
      const outcome = outcomeOf(outgoing, finished, this.error);
      for (const listener of listeners) listener(outcome);
    };
    const onFinish = () => settle(true);
    const onClose = () => settle(false);
    outgoing.on('finish', onFinish);
    outgoing.on('close', onClose);
  }
}
