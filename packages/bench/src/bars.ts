import { Comparison } from './comparison.js';
import type { Results } from './results.js';

/** A goal, and the measured value. */
export interface Bar {
  readonly what: string;
  readonly measured: number;
  readonly bound: number;
  readonly kind: 'at least' | 'at most';
}

export function isPassed({ measured, bound, kind }: Bar): boolean {
  return kind === 'at least' ? measured >= bound : measured <= bound;
}

/** The number of keys that our memory store keeps by default. */
const DEFAULT_MAX_KEYS = 100_000;
const BYTES_PER_KEY = 64;

/** All goals for which there are measurements. Ratios are of medians of one run. */
export function bars(results: Results): readonly Bar[] {
  return [
    timesFaster(results, 'decision', 'hot key', 'ns allowed', 1),
    timesFaster(results, 'decision', '100 k keys', 'ns uniform', 4),
    timesFaster(results, 'decision', '1 M keys', 'ns uniform', 5),
    ours(results, 'memory', '1 M keys', 'bytes per key', 'at most', BYTES_PER_KEY),
    ours(results, 'spray', '5 M keys', 'ms of the slowest 1,000 keys', 'at most', 5),
    ours(
      results,
      'spray',
      '5 M keys',
      'MB held after it',
      'at most',
      (DEFAULT_MAX_KEYS * BYTES_PER_KEY) / 1e6,
    ),
    ours(results, 'spray', '5 M keys', 'still blocked (1 = yes)', 'at least', 1),
    ours(results, 'listening', 'hot key', 'ns allowed', 'at most', 120),
    ours(results, 'listening', 'hot key', 'ns refused', 'at most', 120),
    timesFaster(results, 'breaker', 'closed, async', 'ns over the bare call', 3),
    timesFaster(results, 'breaker', 'closed, sync', 'ns over the bare call', 3),
    timesFaster(results, 'breaker', 'refused, async', 'ns', 4),
    timesFaster(results, 'breaker', 'refused, sync', 'ns', 4),
    ours(results, 'outbound', 'retry, breaker, limits', 'ns over the bare call', 'at most', 3000),
    ours(results, 'adaptive', '10, 5, 20 places', '% of the best fixed limit', 'at least', 95),
    ...['express', 'koa', 'fastify'].flatMap(framework =>
      ours(
        results,
        'overload',
        `${framework}, three times, a tenth important`,
        '% of the important answered in 500 ms',
        'at least',
        95,
      ),
    ),
    ...onFramework(results, 'express', 1 / 2, 1),
    ...onFramework(results, 'koa', 1 / 2, 0.5),
    ...onFramework(results, 'fastify', 2 / 3, 0.5),
  ].flat();
}

type Found = readonly Bar[];

/** How many times as long as ours the fastest peer takes. */
function timesFaster(results: Results, part: string, run: string, metric: string, bound: number): Found {
  const found = Comparison.of(results, part, run, metric);
  if (found === undefined) return [];
  const { name, median } = found.leanestPeer;
  const what = `${part}, ${run}, ${metric}: times as fast as ${name}`;
  return [{ what, measured: median / found.ours, bound, kind: 'at least' }];
}

function ours(
  results: Results,
  part: string,
  run: string,
  metric: string,
  kind: Bar['kind'],
  bound: number,
): Found {
  const found = Comparison.of(results, part, run, metric);
  return found === undefined ? [] : [{ what: `${part}: ${metric}`, measured: found.ours, bound, kind }];
}

function onFramework(results: Results, framework: string, ofPeer: number, overHeaders: number): Found {
  const allowed = Comparison.of(results, 'http', `${framework}, allowed`, 'us over bare');
  const refused = Comparison.of(results, 'http', `${framework}, refused`, 'us over bare');
  if (allowed === undefined || refused === undefined) return [];
  const kind = 'at most';
  return [
    {
      what: `${framework}, allowed: us over bare, as a share of those of ${allowed.leanestPeer.name}`,
      measured: allowed.ours / allowed.leanestPeer.median,
      bound: ofPeer,
      kind,
    },
    {
      what: `${framework}, allowed: us over three headers`,
      measured: allowed.ours - allowed.medianOf('three headers'),
      bound: overHeaders,
      kind,
    },
    {
      what: `${framework}, refused: us over ${refused.leanestPeer.name}`,
      measured: refused.ours - refused.leanestPeer.median,
      bound: 0,
      kind,
    },
  ];
}
