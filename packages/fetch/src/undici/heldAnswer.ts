import type { IncomingHttpHeaders } from 'node:http';
import { TimeoutError } from '@breaking/core';
import { wakeAt } from '@breaking/core/internal';
import type { Dispatcher } from 'undici';
import type { Head } from '../course.js';
import type { Settings } from '../options.js';
import type { CallerController } from './callerController.js';

type Controller = Dispatcher.DispatchController;
type Handler = Dispatcher.DispatchHandler;

/** The head of an answer. Its body waits until it is known whose it is. */
export interface HeldAnswer extends Head {
  /** Hands head and body on to the caller's handler. Resolves, or rejects with the error, once the body is over. */
  handOn(): Promise<void>;
  /** Gives the answer up: nobody reads it, and its connection must not wait for that. */
  giveUp(): void;
}

/**
 * Dispatches one attempt and waits for the head of its answer.
 * @throws (rejects with) TimeoutError, and what undici reports before there is a head
 */
export function heldAnswer(
  dispatch: Dispatcher.Dispatch,
  request: Dispatcher.DispatchOptions,
  settings: Settings,
  handler: Handler,
  caller: CallerController,
): Promise<HeldAnswer> {
  return new Promise((resolve, reject) => {
    dispatch(request, new Attempt(settings, handler, caller, resolve, reject));
  });
}

class Attempt implements Handler {
  readonly #settings: Settings;
  readonly #handler: Handler;
  readonly #caller: CallerController;
  readonly #hasHead: (answer: HeldAnswer) => void;
  readonly #hasNoHead: (error: unknown) => void;
  #controller: Controller | undefined;
  #cancelTimer: () => void;
  /** What came of the body while it was held: undici may have read more than the head. */
  #held: (() => void)[] | undefined = [];
  #isGivenUp = false;
  #hasStarted = false;
  #end: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | undefined;

  constructor(
    settings: Settings,
    handler: Handler,
    caller: CallerController,
    hasHead: (answer: HeldAnswer) => void,
    hasNoHead: (error: unknown) => void,
  ) {
    this.#settings = settings;
    this.#handler = handler;
    this.#caller = caller;
    this.#hasHead = hasHead;
    this.#hasNoHead = hasNoHead;
    this.#cancelTimer = this.#abortIn(settings.timeoutSecs, 'A request');
  }

  #abortIn(secs: number | undefined, what: string): () => void {
    if (secs === undefined) return () => {};
    const { clock } = this.#settings;
    return wakeAt(clock, clock.secondsSinceEpoch() + secs, () => {
      const error = new TimeoutError(what, secs);
      // Without a controller it still waits for a connection.
      if (this.#controller === undefined) this.#hasNoHead(error);
      this.#controller?.abort(error);
    });
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    this.#caller.target = controller;
  }

  onRequestUpgrade(...[controller, ...told]: Parameters<NonNullable<Handler['onRequestUpgrade']>>): void {
    this.#controller = controller;
    this.#cancelTimer();
    this.#hasStarted = true;
    this.#hasHead({
      status: told[0],
      fields: fieldsOf(told[1]),
      handOn: async () => this.#handler.onRequestUpgrade?.(this.#caller, ...told),
      giveUp: () => told[2].destroy(),
    });
  }

  onResponseStart(
    controller: Controller,
    status: number,
    headers: IncomingHttpHeaders,
    statusMessage?: string,
  ): void {
    if (status < 200) {
      // A 103, such as early hints, is not the response yet.
      this.#handler.onResponseStart?.(this.#caller, status, headers, statusMessage);
      return;
    }
    this.#cancelTimer();
    this.#hasStarted = true;
    controller.pause();
    this.#hasHead({
      status,
      fields: fieldsOf(headers),
      handOn: () => this.#handOn(controller, status, headers, statusMessage),
      giveUp: () => {
        this.#isGivenUp = true;
        controller.abort(new Error('The answer was given up for another attempt'));
      },
    });
  }

  #handOn(
    controller: Controller,
    status: number,
    headers: IncomingHttpHeaders,
    statusMessage: string | undefined,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#end = { resolve, reject };
      this.#cancelTimer = this.#abortIn(this.#settings.bodyTimeoutSecs, 'The body of an answer');
      this.#handler.onResponseStart?.(this.#caller, status, headers, statusMessage);
      const held = this.#held ?? [];
      this.#held = undefined;
      for (const step of held) step();
      if (!this.#caller.paused) controller.resume();
    });
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    this.#onceTaken(() => this.#handler.onResponseData?.(this.#caller, chunk));
  }

  onResponseEnd(_controller: Controller, trailers: IncomingHttpHeaders): void {
    this.#onceTaken(() => {
      this.#cancelTimer();
      this.#handler.onResponseEnd?.(this.#caller, trailers);
      this.#end?.resolve();
    });
  }

  onResponseError(_controller: Controller, error: Error): void {
    this.#cancelTimer();
    if (!this.#hasStarted) this.#hasNoHead(error);
    else this.#onceTaken(() => this.#end?.reject(error));
  }

  #onceTaken(step: () => void): void {
    if (this.#isGivenUp) return;
    if (this.#held !== undefined) this.#held.push(step);
    else step();
  }
}

function fieldsOf(headers: IncomingHttpHeaders): Headers {
  const fields = new Headers();
  for (const [name, value] of Object.entries(headers)) fields.set(name, String(value));
  return fields;
}
