import type { Way } from './attempts.js';
import type { Repeatability } from './course.js';
import type { Settings } from './options.js';
import type { Fetch, RequestArguments } from './request.js';
import { cancelBody } from './retry/body.js';
import { Answer, timedFetch } from './timed.js';

/** The way in which `fetch` makes a call. */
export class Call implements Way<Answer> {
  readonly #fetch: Fetch;
  readonly #settings: Settings;
  readonly #called: RequestArguments;

  constructor(fetch: Fetch, settings: Settings, called: RequestArguments) {
    this.#fetch = fetch;
    this.#settings = settings;
    this.#called = called;
  }

  async send(): Promise<Answer> {
    const { timeoutSecs, bodyTimeoutSecs } = this.#settings;
    const { input, init, signal } = this.#called;
    // It may have aborted while the call waited.
    if (signal?.aborted) throw signal.reason;
    const isTimed = timeoutSecs !== undefined || bodyTimeoutSecs !== undefined;
    if (isTimed) return await timedFetch(this.#fetch, this.#settings, this.#called);
    return new Answer(await this.#fetch(input, init));
  }

  isFailed({ response }: Answer): boolean {
    return this.#settings.isFailedAnswer(response);
  }

  isCallersFault(error: unknown): boolean {
    return this.#called.isCallersFault(error);
  }

  repeatability(): Repeatability {
    return this.#called.repeatability;
  }

  discard({ response, end }: Answer): void {
    end?.();
    cancelBody(response.body);
  }
}
