import type { Dispatcher } from 'undici';

type Controller = Dispatcher.DispatchController;
type Raw = Exclude<Controller['rawHeaders'], undefined>;

/** What the caller's handler holds on to: the same for all attempts, also while none is under way. */
export class CallerController implements Controller {
  readonly #abort = new AbortController();
  #target: Controller | undefined;
  #isPaused = false;

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** The controller of the attempt under way. */
  set target(target: Controller | undefined) {
    this.#target = target;
    if (this.aborted) target?.abort(this.reason as Error);
  }

  get aborted(): boolean {
    return this.signal.aborted;
  }

  get paused(): boolean {
    return this.#isPaused;
  }

  get reason(): Error | null {
    return this.aborted ? this.signal.reason : null;
  }

  get rawHeaders(): Raw {
    return this.#target?.rawHeaders ?? null;
  }

  get rawTrailers(): Raw {
    return this.#target?.rawTrailers ?? null;
  }

  abort(reason: Error): void {
    this.#abort.abort(reason);
    this.#target?.abort(reason);
  }

  pause(): void {
    this.#isPaused = true;
    this.#target?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#target?.resume();
  }
}
