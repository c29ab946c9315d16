import { BARE } from './http/httpContender.js';
import { oursIn, type PartResult } from './results.js';
import type { MetricSamples } from './rounds.js';
import { above, median, ratio } from './stats.js';
import { figure, textTable } from './table.js';

/** All that was measured of a part, as text. */
export function report(part: PartResult): string {
  const head = `${part.title}\n${part.date}, Node ${part.node}, ${part.cpu}`;
  const runs = Object.entries(part.samples).flatMap(([run, metrics]) =>
    Object.entries(metrics).map(([metric, samples]) =>
      metricReport(`${run}, ${metric}`, samples, oursIn(part, samples)),
    ),
  );
  return [head, ...runs].join('\n\n');
}

/** Ours first, then the others from the least to the most. */
function metricReport(title: string, samples: MetricSamples, ours: string): string {
  const names = Object.keys(samples).sort((a, b) => median(samples[a] ?? []) - median(samples[b] ?? []));
  const ordered = [ours, ...names.filter(name => name !== ours)];
  const bare = samples[BARE];
  const head = [title, 'median', 'min', 'max', 'of ours', ...(bare ? ['over bare'] : [])];
  return textTable([head, ...ordered.map(name => row(name, samples[name] ?? [], samples[ours] ?? [], bare))]);
}

function row(
  name: string,
  values: readonly number[],
  ours: readonly number[],
  bare: readonly number[] | undefined,
): readonly string[] {
  if (values.length === 0) return [`  ${name}`, 'died'];
  const cells = [median(values), Math.min(...values), Math.max(...values)].map(figure);
  const added = bare === undefined ? [] : [figure(median(above(bare, values)))];
  return [`  ${name}`, ...cells, `${figure(ratio(values, ours))} x`, ...added];
}
