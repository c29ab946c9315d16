import type { CallGate } from './call.js';
import { type Said, saidOf } from './decorators.js';

/** A controller, a resolver or a gateway. */
// biome-ignore lint/complexity/noBannedTypes: Nest's own type of a class.
export type HandlerClass = Function;
// biome-ignore lint/complexity/noBannedTypes: Nest's own type of a handler.
export type Handler = Function;

/** How the gates of one kind are made. */
interface Making<O> {
  /** The options of the module, for handlers and classes without decorators. */
  readonly ofModule: readonly O[];
  /** Whether the handlers of a class, or of the module, share a gate. Otherwise each has its own. */
  readonly isShared: boolean;
  /** @param name the name of a gate whose options have none; undefined for the module's shared gate */
  make(options: O, name: string | undefined): CallGate;
}

/** The gates of one kind for each handler: those of the handler, else those of its class, else those of the module. */
export class GatesOfKind<K extends keyof Said> {
  readonly #kind: K;
  readonly #making: Making<Said[K][number]>;
  readonly #ofModule: readonly CallGate[];
  readonly #ofClasses = new Map<HandlerClass, readonly CallGate[]>();

  constructor(kind: K, making: Making<Said[K][number]>) {
    this.#kind = kind;
    this.#making = making;
    // Made even if no handler uses it, so that a wrong option stops the program.
    this.#ofModule = making.ofModule.map(options => making.make(options, undefined));
  }

  /** Makes the gates of a handler. Shared gates are made once. */
  of(controller: HandlerClass, handler: Handler): readonly CallGate[] {
    const { ofModule, isShared } = this.#making;
    const own = saidOf(this.#kind, handler);
    const ofClass = saidOf(this.#kind, controller);
    if (own === undefined && isShared) {
      return ofClass === undefined ? this.#ofModule : this.#shared(controller, ofClass);
    }
    return this.#made(own ?? ofClass ?? ofModule, `${controller.name}.${handler.name}`);
  }

  #shared(controller: HandlerClass, said: Said[K]): readonly CallGate[] {
    const gates = this.#ofClasses.get(controller) ?? this.#made(said, controller.name);
    this.#ofClasses.set(controller, gates);
    return gates;
  }

  #made(said: readonly Said[K][number][], name: string): readonly CallGate[] {
    const printable = name.replace(/[^\x20-\x7e]/gu, encodeURIComponent);
    return said.map(options => this.#making.make(options, printable));
  }
}
