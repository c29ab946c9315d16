import type { Part } from '../part.js';
import type { WaitingContender } from './waitingContender.js';

const CALLERS = 200;
const LIMIT = { burst: 10, rateHz: 100 };

/** The waits of 200 callers that use one key at the same time. */
export const waiting: Part<WaitingContender> = {
  name: 'waiting',
  title: 'Callers that wait for one key, 100 a second',
  family: 'waiting',
  rounds: 3,
  runs: [`${CALLERS} callers`],
  takesPart: () => true,
  async measure(contender) {
    const wait = await contender.open(LIMIT);
    await Promise.all(Array.from({ length: LIMIT.burst }, wait));
    const timers = countTimers();
    const begun = performance.now();
    const order: number[] = [];
    const lateMs: number[] = [];
    await Promise.all(
      Array.from({ length: CALLERS }, async (_, caller) => {
        await wait();
        lateMs.push(performance.now() - begun - ((caller + 1) * 1000) / LIMIT.rateHz);
        order.push(caller);
      }),
    );
    return {
      'timers per caller': timers.fired() / CALLERS,
      'the most that overtook a caller': mostOvertaken(order),
      'ms late': lateMs.reduce((sum, ms) => sum + ms, 0) / CALLERS,
    };
  },
};

/** Counts how often timers of this process fire from now on. */
function countTimers(): { fired(): number } {
  let fired = 0;
  const { setTimeout: set } = globalThis;
  globalThis.setTimeout = ((callback: () => void, ms?: number) =>
    set(() => {
      fired += 1;
      callback();
    }, ms)) as typeof setTimeout;
  return { fired: () => fired };
}

/** @param order the callers by number, in the order in which they went on */
function mostOvertaken(order: readonly number[]): number {
  return Math.max(...order.map((caller, at) => order.slice(0, at).filter(other => other > caller).length));
}
