import type { Contender } from './contender.js';
import type { Measured, Part } from './part.js';

/** Values by run, metric and contender: one for each round, without rounds in which the process died. */
export type Samples = Readonly<Record<string, RunSamples>>;
export type RunSamples = Readonly<Record<string, MetricSamples>>;
export type MetricSamples = Readonly<Record<string, readonly number[]>>;

/** Measures one contender in a fresh process; undefined if that died, for example because its memory was used up. */
export type Measure = (contender: Contender, run: string) => Promise<Measured | undefined>;

/**
 * All rounds of a part. The contenders take turns in a fixed order, which starts with the next contender in every round, so
 * that disturbances of the machine affect all of them equally.
 */
export async function samplesOf(
  part: Part,
  contenders: readonly Contender[],
  measure: Measure,
): Promise<Samples> {
  const samples: Record<string, RunSamples> = {};
  for (const run of part.runs) {
    const taking = contenders.filter(contender => part.takesPart(contender, run));
    const measured = new Map(taking.map(({ name }) => [name, [] as Measured[]]));
    for (let round = 0; round < part.rounds; round++) {
      for (const contender of rotated(taking, round)) {
        const one = await measure(contender, run);
        if (one !== undefined) measured.get(contender.name)?.push(one);
      }
    }
    samples[run] = byMetric(measured);
  }
  return samples;
}

function byMetric(measured: ReadonlyMap<string, readonly Measured[]>): RunSamples {
  const metrics = new Set([...measured.values()].flat().flatMap(one => Object.keys(one)));
  return Object.fromEntries(
    [...metrics].map(metric => [
      metric,
      Object.fromEntries([...measured].map(([name, rounds]) => [name, valuesOf(metric, rounds)])),
    ]),
  );
}

/** Rounded to four digits: more would be noise. */
function valuesOf(metric: string, rounds: readonly Measured[]): readonly number[] {
  return rounds.flatMap(round => round[metric] ?? []).map(value => Number(value.toPrecision(4)));
}

function rotated<T>(list: readonly T[], by: number): readonly T[] {
  const start = by % Math.max(1, list.length);
  return [...list.slice(start), ...list.slice(0, start)];
}
