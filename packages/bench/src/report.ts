import { type Bar, isPassed } from './bars.js';
import type { PartResult } from './results.js';
import type { MetricSamples } from './rounds.js';
import { isLeast, leastOf, median, ratio } from './stats.js';
import { figure, textTable } from './table.js';

/** All measurements of a part, as text. */
export function report(part: PartResult): string {
  const head = `${part.title}\n${part.date}, Node ${part.node}, ${part.cpu}`;
  const metrics = Object.entries(part.samples).flatMap(([run, metrics]) =>
    Object.entries(metrics)
      .filter(([metric]) => !isLeast(metric))
      .map(([metric, samples]) =>
        metricReport(`${run}, ${metric}`, samples, metrics[leastOf(metric)] ?? {}, part),
      ),
  );
  return [head, ...metrics].join('\n\n');
}

/** Ours first, then the others in ascending order. */
function metricReport(
  title: string,
  samples: MetricSamples,
  leasts: MetricSamples,
  part: PartResult,
): string {
  const names = Object.keys(samples).sort((a, b) => median(samples[a] ?? []) - median(samples[b] ?? []));
  const ours = names.find(name => part.contenders[name]?.role === 'ours') ?? '';
  const rows = [ours, ...names.filter(name => name !== ours)].map(name =>
    row(name, samples[name] ?? [], leasts[name] ?? [], samples[ours] ?? []),
  );
  const least = Object.keys(leasts).length > 0 ? ['least disturbed'] : [];
  return textTable([[title, 'median', 'min', 'max', ...least, 'of ours'], ...rows]);
}

function row(
  name: string,
  values: readonly number[],
  leasts: readonly number[],
  ours: readonly number[],
): readonly string[] {
  if (values.length === 0) return [`  ${name}`, 'died'];
  const least = leasts.length > 0 ? [median(leasts)] : [];
  const cells = [median(values), Math.min(...values), Math.max(...values), ...least].map(figure);
  return [`  ${name}`, ...cells, `${figure(ratio(values, ours))} x`];
}

/** The goals, and whether they are reached. */
export function barsReport(bars: readonly Bar[]): string {
  const rows = bars.map(bar => [
    `  ${bar.what}`,
    figure(bar.measured),
    bar.kind,
    figure(bar.bound),
    isPassed(bar) ? 'pass' : 'FAIL',
  ]);
  return `Bars\n${textTable(rows)}`;
}
