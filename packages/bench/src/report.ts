import { OURS } from './contender.js';
import type { PartResult } from './results.js';
import type { MetricSamples } from './rounds.js';
import { median, ratio } from './stats.js';
import { figure, textTable } from './table.js';

/** All that was measured of a part, as text. */
export function report(part: PartResult): string {
  const head = `${part.title}\n${part.date}, Node ${part.node}, ${part.cpu}`;
  const runs = Object.entries(part.samples).flatMap(([run, metrics]) =>
    Object.entries(metrics).map(([metric, samples]) => metricReport(`${run}, ${metric}`, samples)),
  );
  return [head, ...runs].join('\n\n');
}

function metricReport(title: string, samples: MetricSamples): string {
  const ours = samples[OURS] ?? [];
  const rows = Object.entries(samples).map(([name, values]) => row(name, values, ours));
  return textTable([[title, 'median', 'min', 'max', 'of ours'], ...rows]);
}

function row(name: string, values: readonly number[], ours: readonly number[]): readonly string[] {
  if (values.length === 0) return [`  ${name}`, 'died', '', '', ''];
  const cells = [median(values), Math.min(...values), Math.max(...values)].map(figure);
  return [`  ${name}`, ...cells, `${figure(ratio(values, ours))} x`];
}
