import { type Column, columnsOf, table, tableOfRows } from './columns.js';
import { Comparison } from './comparison.js';
import { provenance } from './provenance.js';
import type { Results } from './results.js';
import { figure, markdownTable } from './table.js';

/** The markers around the section. */
export const BEGIN = '<!-- measured: npm run bench:readme writes what stands between these lines -->';
export const END = '<!-- end of measured -->';

/**
 * Replaces the text between the markers.
 * @throws Error if there are no markers
 */
export function withSection(readme: string, section: string): string {
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END);
  if (begin === -1 || end < begin) throw new Error(`there are no lines "${BEGIN}" and "${END}"`);
  return `${readme.slice(0, begin)}${BEGIN}\n\n${section}\n\n${readme.slice(end)}`;
}

/** The whole comparison with the peers, as Markdown. */
export function measuredSection(results: Results): string {
  const sections = [keyed, waiting, breakers, outbound, http, nest, adaptive, overload];
  return sections.map(section => section(results)).join('\n\n');
}

/** The summary for the README: ours, the leanest peer, and their ratio. */
export function shortSection(results: Results): string {
  const rows = ASKED_FIRST.flatMap(({ what, part, run, metric, unit }) => {
    const comparison = Comparison.of(results, part, run, metric);
    if (comparison === undefined) return [];
    const { ours, leanestPeer: peer } = comparison;
    const ratio = figure(peer.median / ours);
    return [[what, `${figure(ours)} ${unit}`, `${figure(peer.median)} ${unit}, ${peer.name}`, ratio]];
  });
  const table = markdownTable([['', 'Breaking', 'fastest peer', 'peer / Breaking'], ...rows]);
  return `${table}\n\n${provenance(results.decision, [])}`;
}

const ASKED_FIRST = [
  ...['1 k', '100 k', '1 M'].map(keys => ({
    what: `one decision, ${keys} keys`,
    part: 'decision',
    run: `${keys} keys`,
    metric: 'ns uniform',
    unit: 'ns',
  })),
  ...['express', 'koa', 'fastify'].map(framework => ({
    what: `what a limit adds to a request on ${framework[0]?.toUpperCase()}${framework.slice(1)}`,
    part: 'http',
    run: `${framework}, allowed`,
    metric: 'us over bare',
    unit: 'µs',
  })),
  {
    what: 'what a closed breaker adds to a call',
    part: 'breaker',
    run: 'closed, async',
    metric: 'ns over the bare call',
    unit: 'ns',
  },
] as const;

function keyed(results: Results): string {
  const column = (head: string, part: string, run: string, metric: string): Column => ({
    head,
    comparison: Comparison.of(results, part, run, metric),
  });
  const sprayed = (head: string, metric: string) => column(head, 'spray', '5 M keys', metric);
  return [
    'A keyed decision, in nanoseconds, by how many keys there are; memory for each of a million live keys; and what a spray of five million',
    'keys does: the memory that is held after it, the longest that 1,000 keys took, and whether a key that was blocked before still is.',
    '',
    table(results.decision, [
      column('hot key', 'decision', 'hot key', 'ns allowed'),
      column('1 k', 'decision', '1 k keys', 'ns uniform'),
      column('100 k', 'decision', '100 k keys', 'ns uniform'),
      column('1 M', 'decision', '1 M keys', 'ns uniform'),
      column('bytes per key', 'memory', '1 M keys', 'bytes per key'),
      sprayed('spray: MB held', 'MB held after it'),
      sprayed('longest ms', 'ms of the slowest 1,000 keys'),
      {
        ...sprayed('still blocked', 'still blocked (1 = yes)'),
        shown: value => (value === 1 ? 'yes' : 'no'),
      },
    ]),
    '',
    provenance(results.decision),
  ].join('\n');
}

function waiting(results: Results): string {
  const column = (head: string, metric: string): Column => ({
    head,
    comparison: Comparison.of(results, 'waiting', '200 callers', metric),
  });
  return [
    'Two hundred callers that wait for one key at 100 a second: timers that fire for each, how many later ones overtook the unluckiest, and',
    'how late they go on, on average.',
    '',
    table(results.waiting, [
      column('timers', 'timers per caller'),
      column('overtaken by', 'the most that overtook a caller'),
      column('ms late', 'ms late'),
    ]),
    '',
    provenance(results.waiting),
  ].join('\n');
}

function breakers(results: Results): string {
  const column = columnsOf(results, 'breaker');
  return [
    'A call of an async function through a circuit breaker: what it adds to the bare call, and a refused call.',
    '',
    table(results.breaker, [
      column('ns added', 'closed, async', 'ns over the bare call'),
      column('bytes added', 'closed, async', 'bytes over the bare call'),
      column('ns refused', 'refused, async', 'ns'),
      column('bytes refused', 'refused, async', 'bytes'),
    ]),
    '',
    provenance(results.breaker),
  ].join('\n');
}

function outbound(results: Results): string {
  const column = columnsOf(results, 'outbound');
  return [
    'A call that goes out, over a fetch that answers at once: with retry and breaker (ours also with a rate limit), and with a timeout and',
    "the caller's signal too.",
    '',
    table(results.outbound, [
      column('ns added', 'retry, breaker, limits', 'ns over the bare call'),
      column('bytes added', 'retry, breaker, limits', 'bytes over the bare call'),
      column('timed: ns added', 'with a timeout and a signal', 'ns over the bare call'),
      column('bytes added', 'with a timeout and a signal', 'bytes over the bare call'),
      column('listeners', 'with a timeout and a signal', "listeners on the caller's signal"),
    ]),
    '',
    provenance(results.outbound),
  ].join('\n');
}

function http(results: Results): string {
  const columns = ['express', 'koa', 'fastify', 'hono'].flatMap(framework => [
    {
      head: `${framework}: added`,
      comparison: Comparison.of(results, 'http', `${framework}, allowed`, 'us over bare'),
    },
    { head: 'refused', comparison: Comparison.of(results, 'http', `${framework}, refused`, 'us') },
  ]);
  return [
    'A request without network, in microseconds of CPU: what a rate limit adds to one that is allowed, and the whole of one that is refused.',
    '',
    table(results.http, columns),
    '',
    provenance(results.http),
  ].join('\n');
}

function nest(results: Results): string {
  const columns = [
    { head: 'added', comparison: Comparison.of(results, 'nest', 'allowed', 'us over bare') },
    { head: 'refused', comparison: Comparison.of(results, 'nest', 'refused', 'us') },
  ];
  return [
    'The same on NestJS over Express.',
    '',
    table(results.nest, columns),
    '',
    provenance(results.nest),
  ].join('\n');
}

function adaptive(results: Results): string {
  const scenarios = Object.keys(results.adaptive?.samples ?? {});
  const metric = '% of the best fixed limit';
  const columns = scenarios.map(run => ({
    head: run,
    comparison: Comparison.of(results, 'adaptive', run, metric),
  }));
  return [
    'Rules that find a concurrency limit, in simulation, at twice what the server can do: answers in time, in percent of those under the',
    'fixed limit that was the best one of nine. More than 100 means that the rule did better than all of them.',
    '',
    tableOfRows(results.adaptive, columns),
    '',
    provenance(results.adaptive),
  ].join('\n');
}

function overload(results: Results): string {
  const inTime = '% of what is possible answered in 500 ms';
  const asked = [
    { load: '0.8 of the capacity', head: 'at 0.8 of its load', metric: inTime },
    { load: 'twice the capacity', head: 'at 2', metric: inTime },
    {
      load: 'three times, a tenth important',
      head: 'the important at 3',
      metric: '% of the important answered in 500 ms',
    },
    { load: 'twice, CPU alone', head: 'CPU at 2', metric: inTime },
  ];
  const columns = ['express', 'koa', 'fastify'].flatMap(framework =>
    asked.map(({ load, head, metric }) => ({
      head: `${framework}: ${head}`,
      comparison: Comparison.of(results, 'overload', `${framework}, ${load}`, metric),
    })),
  );
  return [
    'A real server, with ten connections to something slow, under an open loop of requests: answers within 500 ms, in percent of what is',
    'possible in these ten seconds. A little more than 100 can be reached, since the last requests are answered after them.',
    '',
    tableOfRows(results.overload, columns),
    '',
    provenance(results.overload),
  ].join('\n');
}
