import { type Clock, readingOf } from '../base/clock.js';
import { isThenable } from '../base/thenable.js';
import { SAME_MOMENT_SECS } from '../bucket/debt.js';
import type { Decision } from '../bucket/decision.js';
import type { Reservation, Reservations, Reserve, ReserveOptions, Want } from '../store/reservation.js';
import { Alarm } from './alarm.js';
import { fallIn, momentAhead, Waiter } from './waiter.js';
import type { CallersWant } from './wants.js';

/**
 * The callers of this process that wait for tokens of one key, in the order of their calls, with one timer for all. The
 * timer is for the first of them, since nobody proceeds before those ahead.
 */
export class WaitingLine {
  readonly #reserve: Reserve;
  readonly #clock: Clock;
  readonly #onEmpty: () => void;
  /** A waiter that has given up stays until its reservation is withdrawn. */
  #waiters: Waiter[] = [];
  /** Waiters that came while reservations are to be withdrawn. Their reservations are made after that. */
  #unsent: Waiter[] = [];
  /** Whether reservations are to be withdrawn as soon as the store has answered all requests. */
  #isTakingBack = false;
  /** Whether a block has become shorter, so that all reservations are then made anew. */
  #isShortened = false;
  /** The seconds by which blocks have moved the key, as far as the waiters have been moved. */
  #movedSecs: number | undefined;
  /** How many requests the store has not answered. */
  #requests = 0;
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

  /** Asks the store whether a block has moved the waiters. */
  look(): void {
    this.#ask([], { earliest: -Infinity, withdrawn: [] }, () => {});
  }

  /** A block has been lifted. Waiters that came during it can only be moved by making their reservations anew. */
  lifted(): void {
    this.#isShortened = true;
    this.#takeBackSoon();
  }

  /** The key has been reset, which moves nobody. The store now counts from 0 again how far blocks move the waiters. */
  countAnew(): void {
    this.#movedSecs = undefined;
  }

  #send(waiter: Waiter): void {
    const reserved = ({ made }: Reservations, laterSecs: number) => {
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
    this.#ask([waiter], { earliest: momentAhead(this.#waiters, waiter), withdrawn: [] }, reserved, failed);
  }

  #remove(waiter: Waiter): void {
    const at = this.#waiters.indexOf(waiter);
    if (at !== -1) this.#waiters.splice(at, 1);
  }

  /**
   * Moves the waiters by as much as blocks have moved the key. The store may have forgotten their reservations, after a
   * reset for example. So they move at least so far that the first of them does not proceed during a block.
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
      // After a block without end, the store has no reservations left.
      if (laterSecs === Infinity) this.#remove(waiter);
      else this.#isTakingBack = true;
    }
  }

  /** Lets all waiters proceed whose moment has come, and sets the timer for the next one. */
  #release(): void {
    const now = readingOf(this.#clock);
    for (const waiter of [...this.#waiters]) {
      if (waiter.isOver) continue;
      if (waiter.reservation === undefined || waiter.at > now) break;
      // Code that receives the decision may call this line at once, so the waiter is removed before.
      this.#remove(waiter);
      waiter.goOn();
    }
    const next = this.#waiters.find(({ isOver }) => !isOver);
    this.#alarm.set(next?.reservation === undefined ? Infinity : next.at);
  }

  #takeBackSoon(): void {
    this.#isTakingBack = true;
    if (this.#requests === 0) this.#takeBack();
  }

  /** Withdraws the reservations of waiters that gave up. Those behind them get new ones, none of them later. */
  #takeBack(): void {
    this.#isTakingBack = false;
    // The store knows nothing of unsent waiters, so those that have given up need no withdrawal.
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
      // Waiters that went back must not proceed during a block either.
      this.#move(answer, laterSecs);
    });
  }

  /** Sends a request to the store. Every answer also says whether a block has moved the waiters. */
  #ask(
    wants: readonly Want[],
    options: ReserveOptions,
    answered: (answer: Reservations, laterSecs: number) => void,
    failed: (error: unknown) => void = () => {},
  ): void {
    this.#requests += 1;
    const settled = (settle: () => void) => {
      settle();
      this.#requests -= 1;
      if (this.#requests === 0 && this.#isTakingBack) this.#takeBack();
      this.#release();
      if (this.#requests === 0 && this.#waiters.length === 0) this.#onEmpty();
    };
    let laterSecs = 0;
    const succeed = (it: Reservations) => {
      this.#move(it, laterSecs);
      settled(() => answered(it, laterSecs));
    };
    const fail = (error: unknown) => settled(() => failed(error));
    let answer: Reservations | Promise<Reservations>;
    try {
      const now = readingOf(this.#clock);
      answer = this.#reserve(wants, options, now);
      // A server counts waits from the moment of sending, and the process may have been paused since `now`.
      if (isThenable(answer)) laterSecs = Math.max(0, readingOf(this.#clock) - now);
    } catch (error) {
      fail(error);
      return;
    }
    if (isThenable(answer)) answer.then(succeed, fail);
    else succeed(answer);
  }
}
