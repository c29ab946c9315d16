import { subscribe } from 'node:diagnostics_channel';
import { OURS } from '../contender.js';
import { bytesPerCall, COUNTING_FLAGS } from '../memoryUse.js';
import type { Measured, Part } from '../part.js';
import { spread, spreadOver } from '../stats.js';
import { type Calls, collectGarbage, nsByChunk, nsPerCall } from '../timing.js';
import type { BreakerContender } from './breakerContender.js';
import { callsAwaited, callsNow } from './calls.js';
import { failOnce, open, Switchable } from './switchable.js';

const WARM_UP_MS = 100;
const SLICES = 16;
const SLICE_MS = 12;

/** The states of a breaker whose calls are measured. The last two apply only to ours. */
const STATES = {
  closed: 'async sync',
  refused: 'async sync',
  'after one failure': 'async',
  'a tolerable ratio of errors': 'async',
  'a subscriber': 'async',
};

/** The cost of a call through a breaker: closed, compared with the call alone; open, the whole refusal with its error. */
export const breaker: Part<BreakerContender> = {
  name: 'breaker',
  title: 'A call through a circuit breaker',
  family: 'breaker',
  rounds: 3,
  runs: Object.entries(STATES).flatMap(([state, kinds]) => kinds.split(' ').map(kind => `${state}, ${kind}`)),
  nodeFlags: COUNTING_FLAGS,
  takesPart({ name, role }, run) {
    if (run.startsWith('a ')) return name === OURS;
    return role !== 'floor' || run.startsWith('closed');
  },
  async measure(contender, run) {
    const callee = new Switchable();
    const [state, kind] = run.split(', ');
    const bare = kind === 'async' ? callee.async : callee.sync;
    // So small that the tokens that successes give back do not fill the bucket during the measurement.
    const tolerableErrorRatio = state === 'a tolerable ratio of errors' ? 1e-9 : 0;
    const guarded =
      kind === 'async'
        ? await contender.guard(callee.async, tolerableErrorRatio)
        : await contender.guardSync(callee.sync);
    if (state === 'refused') {
      await open(callee, guarded);
      return ofRefusals(callsOf(guarded));
    }
    if (state === 'a subscriber') subscribe('breaking:circuit_breaker:call', () => undefined);
    if (state !== 'closed') await failOnce(callee, guarded);
    return overBare(callsOf(guarded), callsOf(bare));
  },
};

/** Calls as users make them: synchronous results and errors are not awaited. */
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
  const guardedNs: number[] = [];
  const bareNs: number[] = [];
  // Alternating, so that both run under the same conditions.
  for (let slice = 0; slice < SLICES; slice++) {
    guardedNs.push(await nsPerCall(guarded, { forMs: SLICE_MS }));
    bareNs.push(await nsPerCall(bare, { forMs: SLICE_MS }));
  }
  const bytes = (await bytesPerCall(guarded)) - (await bytesPerCall(bare));
  return { ...spreadOver('ns over the bare call', guardedNs, bareNs), 'bytes over the bare call': bytes };
}

async function ofRefusals(guarded: Calls): Promise<Measured> {
  collectGarbage();
  await nsPerCall(guarded, { forMs: WARM_UP_MS });
  const chunks = await nsByChunk(guarded, { forMs: SLICES * SLICE_MS });
  return { ...spread('ns', chunks), bytes: await bytesPerCall(guarded) };
}
