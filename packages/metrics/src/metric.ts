/** What tells one series of a metric from another. */
export type Labels = Readonly<Record<string, string>>;

export interface Series {
  readonly labels: Labels;
  value: number;
}

/** A counter only grows, an upDownCounter is a sum that also shrinks, a gauge is a value that no sum makes sense of. */
export type MetricKind = 'counter' | 'upDownCounter' | 'gauge';

export interface MetricDefinition {
  /** As OpenTelemetry writes it, with dots. */
  readonly name: string;
  readonly kind: MetricKind;
  /** What is counted, in braces as UCUM writes it. */
  readonly unit: string;
  readonly description: string;
  /** The labels beside `name`. */
  readonly labelNames?: readonly string[];
  /** Whether the values of the labels are made up by the application, as those of `name` are. */
  readonly isOpen?: boolean;
}

/** How many series of a metric are enough. Monitoring systems keep, and bill, every single one. */
const SERIES_ENOUGH = 1000;

/** As many as one name can have: three results of four sources. */
const SERIES_OF_A_NAME = 12;

const OTHER = 'other';

/**
 * One metric: a value for each name and each variant, which is the values of the other labels, joined by spaces.
 *
 * A name that is first seen when there is room for one more alone counts as `other`, so that an application which makes up
 * names cannot fill the monitoring system, nor this process. A name that has a series never does: what it was allowed and
 * what it was refused would stand under two names, and no share of them would be true.
 */
export class Metric {
  readonly name: string;
  readonly kind: MetricKind;
  readonly unit: string;
  readonly description: string;
  /** All labels, `name` first. */
  readonly labelNames: readonly string[];
  readonly #isOpen: boolean;
  readonly #series: Series[] = [];
  readonly #byName = new Map<string, Map<string, Series>>();

  constructor({ name, kind, unit, description, labelNames = [], isOpen = false }: MetricDefinition) {
    this.name = name;
    this.kind = kind;
    this.unit = unit;
    this.description = description;
    this.labelNames = ['name', ...labelNames];
    this.#isOpen = isOpen;
  }

  /** All series, in the order in which they came up. */
  get series(): readonly Series[] {
    return this.#series;
  }

  /** The series to count in. */
  of(name = 'default', variant = ''): Series {
    return this.#byName.get(name)?.get(variant) ?? this.#met(name, variant);
  }

  #met(name: string, variant: string): Series {
    const isFull = this.#series.length >= SERIES_ENOUGH - SERIES_OF_A_NAME;
    const kept = isFull && !this.#byName.has(name) ? OTHER : name;
    const label = isFull && this.#isOpen ? OTHER : variant;
    return this.#byName.get(kept)?.get(label) ?? this.#added(kept, label);
  }

  #added(name: string, variant: string): Series {
    const [, ...others] = this.labelNames;
    const values = others.length > 1 ? variant.split(' ') : [variant];
    const labels = Object.fromEntries([
      ['name', name],
      ...others.map((label, i) => [label, values[i] ?? '']),
    ]) as Labels;
    const series: Series = { labels, value: 0 };
    this.#series.push(series);
    const variants = this.#byName.get(name);
    if (variants === undefined) this.#byName.set(name, new Map([[variant, series]]));
    else variants.set(variant, series);
    return series;
  }
}
