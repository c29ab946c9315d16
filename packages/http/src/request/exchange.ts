import type { Incoming, Outgoing } from '../binding.js';
import { Course } from './course.js';
import type { Visit } from './visit.js';

const NONE: readonly never[] = [];

/** Most requests meet one gate. An array that is made with one element takes less memory than an empty one that grows. */
function added<T>(to: readonly T[], one: T): readonly T[] {
  return to.length === 0 ? [one] : [...to, one];
}

/** What the gates keep of one request. */
export class Exchange extends Course {
  /** The rate limits that this request has met, in order. */
  visits: readonly Visit[] = NONE;
  /** How often gates have refused it. The answer then says nothing about the handlers behind the gates before. */
  refusals = 0;
  #met: readonly object[] = NONE;

  static for(incoming: Incoming, outgoing: Outgoing): Exchange {
    return (Course.of(outgoing) as Exchange | undefined) ?? new Exchange(incoming, outgoing);
  }

  /** Whether the request meets the gate for the first time. Only then does it count. */
  meets(gate: object): boolean {
    if (this.#met.includes(gate)) return false;
    this.#met = added(this.#met, gate);
    return true;
  }

  visit(visit: Visit): void {
    this.visits = added(this.visits, visit);
  }
}
