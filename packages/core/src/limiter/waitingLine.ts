import { type Clock, readingOf } from '../base/clock.js';
import { isThenable } from '../base/thenable.js';
import { SAME_MOMENT_SECS } from '../bucket/debt.js';
import type { Decision } from '../bucket/decision.js';
import type { Reservation, Reservations, Reserve, ReserveOptions, Want } from '../store/reservation.js';
import { Alarm } from './alarm.js';
import { fallIn, momentAhead, Waiter } from './waiter.js';
import type { CallersWant } from './wants.js';

/**
 * The callers of this process that wait for tokens of one key, in the order in which they came, with one timer for all.
 * Only the first has to be woken: nobody goes on before those ahead.
 */
export class WaitingLine {
  readonly #reserve: Reserve;
  readonly #clock: Clock;
  readonly #onEmpty: () => void;
  /** One that has given up stays until what was reserved for it is taken back. */
  #waiters: Waiter[] = [];
  /** Those that came while something is to be taken back: the store hears of them after that. */
  #unsent: Waiter[] = [];
  /** Whether something is to be taken back as soon as the store has answered all questions. */
  #isTakingBack = false;
  /** Whether a block has become shorter, so that all are reserved anew then. */
  #isShortened = false;
  /** By how much blocks have moved the key, as far as those who wait have been moved. */
  #movedSecs: number | undefined;
  /** How many questions the store has not answered. */
  #questions = 0;
  readonly #alarm: Alarm;

  constructor(reserve: Reserve, clock: Clock, onEmpty: () => void) {
    this.#reserve = reserve;
    this.#clock = clock;
    this.#onEmpty = onEmpty;
    this.#alarm = new Alarm(clock, () => this.look());
  }

  wait(
    want: CallersWant,
    signal: AbortSignal | undefined,
    publish: (decision: Decision) => void,
  ): Promise<Decision> {
    const waiter = new Waiter(want, readingOf(this.#clock), publish);
    this.#waiters.push(waiter);
    if (signal !== undefined) waiter.listenTo(signal, () => this.#takeBackSoon());
    if (this.#isTakingBack) this.#unsent.push(waiter);
    else this.#send(waiter);
    return waiter.answer;
  }

  /** Asks the store whether a block has moved those who wait. */
  look(): void {
    this.#ask([], { earliest: -Infinity, withdrawn: [] }, () => {});
  }

  /** A block has been lifted. Those that came under it can only be moved by reserving anew. */
  lifted(): void {
    this.#isShortened = true;
    this.#takeBackSoon();
  }

  /** The key has been reset, which moves nobody: the store counts from 0 again how far blocks move those who wait. */
  countAnew(): void {
    this.#movedSecs = undefined;
  }

  #send(waiter: Waiter): void {
    const heard = ({ made }: Reservations, laterSecs: number) => {
      const [reservation] = made as [Reservation];
      if (reservation.decision.allowed) {
        waiter.accept(reservation, laterSecs);
        if (fallIn(this.#waiters, waiter)) this.#isTakingBack = true;
      } else {
        waiter.refuse(reservation.decision);
        this.#remove(waiter);
      }
    };
    const failed = (error: unknown) => {
      waiter.fail(error);
      this.#remove(waiter);
    };
    this.#ask([waiter], { earliest: momentAhead(this.#waiters, waiter), withdrawn: [] }, heard, failed);
  }

  #remove(waiter: Waiter): void {
    const at = this.#waiters.indexOf(waiter);
    if (at !== -1) this.#waiters.splice(at, 1);
  }

  /**
   * Moves those who wait by as much as blocks have moved the key. The store does not count those whose reservation it has
   * forgotten, or that have none: all move so far that the first does not go on during a block.
   */
  #move(
    { movedSecs = this.#movedSecs, blockedUntil = -Infinity }: Reservations,
    askedLaterSecs: number,
  ): void {
    const movedBy = (movedSecs ?? 0) - (this.#movedSecs ?? movedSecs ?? 0);
    this.#movedSecs = movedSecs;
    const first = this.#waiters.find(({ reservation, isOver }) => reservation !== undefined && !isOver);
    if (first === undefined) return;
    const heldSecs = blockedUntil + askedLaterSecs - first.at - Math.max(0, movedBy);
    const laterSecs = heldSecs > SAME_MOMENT_SECS ? Math.max(0, movedBy) + heldSecs : movedBy;
    if (laterSecs === 0) return;
    if (laterSecs < 0) this.#isShortened = this.#isTakingBack = true;
    const now = readingOf(this.#clock);
    for (const waiter of [...this.#waiters]) {
      if (waiter.reservation === undefined || waiter.isOver) continue;
      waiter.move(laterSecs, now);
      if (!waiter.isOver) continue;
      // A block without end leaves nothing reserved.
      if (laterSecs === Infinity) this.#remove(waiter);
      else this.#isTakingBack = true;
    }
  }

  /** Lets all go on whose moment has come, and sets the timer for the next. */
  #release(): void {
    const now = readingOf(this.#clock);
    for (const waiter of [...this.#waiters]) {
      if (waiter.isOver) continue;
      if (waiter.reservation === undefined || waiter.at > now) break;
      // Who hears of the decision may call this line at once: for that, the waiter is no longer in it.
      this.#remove(waiter);
      waiter.goOn();
    }
    const next = this.#waiters.find(({ isOver }) => !isOver);
    this.#alarm.set(next?.reservation === undefined ? Infinity : next.at);
  }

  #takeBackSoon(): void {
    this.#isTakingBack = true;
    if (this.#questions === 0) this.#takeBack();
  }

  /** Takes back what was reserved for those that gave up. Those behind them are reserved anew, none later. */
  #takeBack(): void {
    this.#isTakingBack = false;
    // The store has not heard of those that are over.
    for (const waiter of this.#unsent) if (waiter.isOver) this.#remove(waiter);
    const unsent = this.#unsent.filter(waiter => !waiter.isOver);
    this.#unsent = [];
    const first = this.#isShortened ? 0 : this.#waiters.findIndex(waiter => waiter.isOver);
    this.#isShortened = false;
    if (first !== -1) this.#rearrange(first, unsent);
    for (const waiter of unsent) this.#send(waiter);
  }

  #rearrange(first: number, unsent: readonly Waiter[]): void {
    const from = this.#waiters.slice(first);
    const rest = from.filter(waiter => !waiter.isOver && !unsent.includes(waiter));
    const withdrawn = from.flatMap(({ reservation }) => reservation ?? []);
    const earliest = this.#waiters[first - 1]?.at ?? -Infinity;
    this.#waiters = this.#waiters.filter(waiter => !waiter.isOver);
    const now = readingOf(this.#clock);
    const wants = rest.map(({ limits, cost, maxWaitSecs, at }) => {
      return { limits, cost, maxWaitSecs: Math.max(maxWaitSecs, at - now) };
    });
    this.#ask(wants, { earliest, withdrawn }, (answer, laterSecs) => {
      rest.forEach((waiter, i) => {
        const reservation = answer.made?.[i];
        if (reservation?.decision.allowed) waiter.moveUp(reservation, laterSecs);
        else waiter.goBack();
      });
      // Those that went back do not go on during a block either.
      this.#move(answer, laterSecs);
    });
  }

  /** Asks the store. Whatever it answers also tells whether a block has moved those who wait. */
  #ask(
    wants: readonly Want[],
    options: ReserveOptions,
    heard: (answer: Reservations, laterSecs: number) => void,
    failed: (error: unknown) => void = () => {},
  ): void {
    this.#questions += 1;
    const settled = (settle: () => void) => {
      settle();
      this.#questions -= 1;
      if (this.#questions === 0 && this.#isTakingBack) this.#takeBack();
      this.#release();
      if (this.#questions === 0 && this.#waiters.length === 0) this.#onEmpty();
    };
    let laterSecs = 0;
    const told = (it: Reservations) => {
      this.#move(it, laterSecs);
      settled(() => heard(it, laterSecs));
    };
    const untold = (error: unknown) => settled(() => failed(error));
    let answer: Reservations | Promise<Reservations>;
    try {
      const now = readingOf(this.#clock);
      answer = this.#reserve(wants, options, now);
      // A server counts waits from the moment of sending, and the process may have stood still since `now`.
      if (isThenable(answer)) laterSecs = Math.max(0, readingOf(this.#clock) - now);
    } catch (error) {
      untold(error);
      return;
    }
    if (isThenable(answer)) answer.then(told, untold);
    else told(answer);
  }
}
