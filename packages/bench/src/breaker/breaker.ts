import type { Measured, Part } from '../part.js';
import { median } from '../stats.js';
import { collectGarbage, nsPerCall } from '../timing.js';
import type { BreakerContender } from './breakerContender.js';
import { bytesPerCall, type Calls, COUNTING_FLAGS, callsAwaited, callsNow } from './calls.js';
import { open, Switchable } from './switchable.js';

const WARM_UP_MS = 100;
const SLICES = 8;
const SLICE_MS = 25;

/** What it costs to call through a breaker: closed, over the bare call; open, the whole refusal with its error. */
export const breaker: Part<BreakerContender> = {
  name: 'breaker',
  title: 'A call through a circuit breaker',
  family: 'breaker',
  rounds: 3,
  runs: ['closed, async', 'closed, sync', 'refused, async', 'refused, sync'],
  nodeFlags: COUNTING_FLAGS,
  takesPart: ({ role }, run) => role !== 'floor' || run.startsWith('closed'),
  async measure(contender, run) {
    const callee = new Switchable();
    const [state, kind] = run.split(', ');
    const bare = kind === 'async' ? callee.async : callee.sync;
    const guarded =
      kind === 'async' ? await contender.guard(callee.async) : await contender.guardSync(callee.sync);
    if (state === 'refused') {
      await open(callee, guarded);
      return ofRefusals(callsOf(guarded));
    }
    return overBare(callsOf(guarded), callsOf(bare));
  },
};

/** As its users call it: who refuses at once or answers at once is not awaited. */
function callsOf(call: () => unknown): Calls {
  let answer: unknown;
  try {
    answer = call();
  } catch {
    return callsNow(call);
  }
  if (!(answer instanceof Promise)) return callsNow(call);
  answer.catch(() => undefined);
  return callsAwaited(call);
}

async function overBare(guarded: Calls, bare: Calls): Promise<Measured> {
  collectGarbage();
  await nsPerCall(guarded, { forMs: WARM_UP_MS });
  await nsPerCall(bare, { forMs: WARM_UP_MS });
  const ns: number[] = [];
  // By turns, so that both meet the same machine.
  for (let slice = 0; slice < SLICES; slice++) {
    ns.push((await nsPerCall(guarded, { forMs: SLICE_MS })) - (await nsPerCall(bare, { forMs: SLICE_MS })));
  }
  const bytes = (await bytesPerCall(guarded)) - (await bytesPerCall(bare));
  return { 'ns over the bare call': median(ns), 'bytes over the bare call': bytes };
}

async function ofRefusals(guarded: Calls): Promise<Measured> {
  collectGarbage();
  await nsPerCall(guarded, { forMs: WARM_UP_MS });
  return { ns: await nsPerCall(guarded, { forMs: SLICES * SLICE_MS }), bytes: await bytesPerCall(guarded) };
}
