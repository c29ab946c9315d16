import { type Decision, type Limits, perDay, RateLimiter } from '@breaking/core';
import { OURS } from '../contender.js';
import type { Part } from '../part.js';
import { spreadOver } from '../stats.js';
import { type Calls, collectGarbage, nsPerCall } from '../timing.js';
import type { KeyedContender } from './keyedContender.js';

const WARM_UP_MS = 100;
const SLICES = 16;
const SLICE_MS = 12;
/** A power of two, so that positions are cheap to compute. */
const COPIES = 1024;

const tier = (capacityMax: number) => perDay(1, { burst: capacityMax });

/** The limits of a plan, which a service looks up for each request. */
const PLANS: Readonly<Record<string, readonly Limits[]>> = {
  one: [tier(1e9), tier(2e9)],
  two: [
    { burst: tier(1e9), daily: tier(1e10) },
    { burst: tier(2e9), daily: tier(2e10) },
  ],
};

/**
 * The cost of deciding by the limits of the caller's plan, compared with limits that are the same for all. Two plans
 * alternate, each as the same object every time, or as a new one for each request.
 */
export const tiers: Part<KeyedContender> = {
  name: 'tiers',
  title: 'A decision by limits that are found for each request, over fixed ones, in nanoseconds',
  family: 'keyed',
  rounds: 3,
  runs: ['one limit', 'two limits'],
  takesPart: ({ name }) => name === OURS,
  async measure(_contender, run) {
    const plans = PLANS[run.split(' ')[0] as string] as readonly Limits[];
    const kept = await overFixed(plans, i => plans[i & 1] as Limits);
    // Made outside of the measured time. Each is used again only after many others.
    const copies = Array.from({ length: COPIES }, (_, i) => copyOf(plans[i & 1] as Limits));
    const made = await overFixed(plans, i => copies[i & (COPIES - 1)] as Limits);
    return { ...spreadOver('ns, limits kept', ...kept), ...spreadOver('ns, limits made', ...made) };
  },
};

/** A copy, as from a database. */
function copyOf(limits: Limits): Limits {
  return JSON.parse(JSON.stringify(limits));
}

/** The last answer, so that the compiler cannot remove calls as unused. */
const kept: { answer: Decision | undefined } = { answer: undefined };

async function overFixed(
  plans: readonly Limits[],
  limitsOf: (i: number) => Limits,
): Promise<[tiered: readonly number[], fixed: readonly number[]]> {
  const newLimiter = () => new RateLimiter({ name: 'bench', limits: plans[0] as Limits });
  const tiered = decidingWith(newLimiter(), (limiter, i) => limiter.check('192.0.2.1', 1, limitsOf(i)));
  const fixed = decidingWith(newLimiter(), limiter => limiter.check('192.0.2.1'));
  collectGarbage();
  for (const calls of [tiered, fixed]) await nsPerCall(calls, { forMs: WARM_UP_MS });
  const ns: [number[], number[]] = [[], []];
  for (let slice = 0; slice < SLICES; slice++) {
    ns[0].push(await nsPerCall(tiered, { forMs: SLICE_MS }));
    ns[1].push(await nsPerCall(fixed, { forMs: SLICE_MS }));
  }
  return ns;
}

function decidingWith(limiter: RateLimiter, decide: (limiter: RateLimiter, i: number) => Decision): Calls {
  return (from, to) => {
    for (let i = from; i < to; i++) kept.answer = decide(limiter, i);
  };
}
