import { bytesPerCall, COUNTING_FLAGS } from '../memoryUse.js';
import type { Part } from '../part.js';
import { spreadOver } from '../stats.js';
import { type Calls, collectGarbage, nsPerCall } from '../timing.js';
import type { Fetch, OutboundContender } from './outboundContender.js';

const WARM_UP_MS = 150;
const SLICES = 16;
const SLICE_MS = 12;
const BATCH = 1000;
const URL = 'http://upstream.example/items/5';

/** The header fields of a JSON API. */
const FIELDS = {
  'Cache-Control': 'no-store',
  Connection: 'keep-alive',
  'Content-Length': '5',
  'Content-Type': 'application/json',
  Date: 'Sat, 28 Nov 2026 12:00:00 GMT',
  ETag: '"5"',
  Server: 'upstream',
  Vary: 'Accept',
};

/** The cost of an outgoing call through its protection, compared with a fetch that answers at once. */
export const outbound: Part<OutboundContender> = {
  name: 'outbound',
  title: 'A call that goes out, over a fetch that answers at once',
  family: 'outbound',
  rounds: 3,
  runs: ['retry, breaker, limits', 'with a timeout and a signal'],
  nodeFlags: COUNTING_FLAGS,
  takesPart: () => true,
  async measure(contender, run) {
    const answer = new Response(null, { headers: FIELDS });
    const bare: Fetch = async () => answer;
    const isTimed = run.includes('timeout');
    const guarded = isTimed ? await contender.protectTimed(bare) : await contender.protect(bare);
    const signal = isTimed ? new AbortController().signal : undefined;
    const calls = callsOf(guarded, signal);
    const bareCalls = callsOf(bare, signal);
    collectGarbage();
    await nsPerCall(calls, { forMs: WARM_UP_MS, batch: BATCH });
    await nsPerCall(bareCalls, { forMs: WARM_UP_MS, batch: BATCH });
    const guardedNs: number[] = [];
    const bareNs: number[] = [];
    // Alternating, so that both run under the same conditions.
    for (let slice = 0; slice < SLICES; slice++) {
      guardedNs.push(await nsPerCall(calls, { forMs: SLICE_MS, batch: BATCH }));
      bareNs.push(await nsPerCall(bareCalls, { forMs: SLICE_MS, batch: BATCH }));
    }
    return {
      ...spreadOver('ns over the bare call', guardedNs, bareNs),
      'bytes over the bare call': (await bytesPerCall(calls, 2000)) - (await bytesPerCall(bareCalls, 2000)),
      "listeners on the caller's signal": await listenersOf(guarded),
    };
  },
};

function callsOf(fetch: Fetch, signal: AbortSignal | undefined): Calls {
  const init = signal && { signal };
  return async (from, to) => {
    for (let i = from; i < to; i++) await fetch(URL, init);
  };
}

/** The number of listeners that one call adds to its signal. */
async function listenersOf(fetch: Fetch): Promise<number> {
  const { signal } = new AbortController();
  let added = 0;
  const { addEventListener } = signal;
  signal.addEventListener = (...listener: Parameters<typeof addEventListener>) => {
    added += 1;
    Reflect.apply(addEventListener, signal, listener);
  };
  await fetch(URL, { signal });
  return added;
}
