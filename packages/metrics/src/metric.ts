/** The labels that distinguish one series of a metric from another. */
export type Labels = Readonly<Record<string, string>>;

export interface Series {
  readonly labels: Labels;
  value: number;
}

/** A counter only grows, an upDownCounter is a sum that can also shrink, a gauge is a value that cannot be summed. */
export type MetricKind = 'counter' | 'upDownCounter' | 'gauge';

export interface MetricDefinition {
  /** The name in OpenTelemetry, with dots. */
  readonly name: string;
  readonly kind: MetricKind;
  /** What is counted, in the notation of UCUM, with braces. */
  readonly unit: string;
  readonly description: string;
  /** The labels other than `name`. */
  readonly labelNames?: readonly string[];
  /** Whether the application makes up the values of these labels, as it does for `name`. */
  readonly isOpen?: boolean;
}

/** The number of series at which a metric is full. Monitoring systems store, and charge for, every series. */
const SERIES_ENOUGH = 1000;

/** The most series of one name: three results of four sources. */
const SERIES_OF_A_NAME = 12;

const OTHER = 'other';

/**
 * One metric: a value for each name and variant. A variant is the values of the other labels, joined by spaces.
 *
 * When there is room for only one more name, new names count as `other`, so that an application which makes up names cannot
 * fill the monitoring system or this process. A name that already has a series never counts as `other`: otherwise its allowed
 * and refused requests could be under two names, and their ratio would be wrong.
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

  /** All series, in the order of their creation. */
  get series(): readonly Series[] {
    return this.#series;
  }

  /** The series of a name and variant. */
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
