import {
  allThere,
  type BucketStore,
  cappedDebt,
  type Decision,
  debtAt,
  decided,
  type Limit,
} from '@breaking/core';

/** A store of texts by key. */
export interface Rows {
  /** Replaces a row by the result of `change`. The row is locked meanwhile. */
  update(key: string, change: (row: string | undefined) => string | undefined): Promise<void>;
}

/** What a key owes, by the name of the limit. */
type Buckets = Map<string, { debt: number; at: number }>;

/** Buckets in rows: one row has all buckets of a key, so that one update decides them together. */
export class RowBucketStore implements BucketStore {
  readonly #rows: Rows;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  check(key: string, limits: readonly Limit[], cost: number, now: number): Promise<Decision> {
    return this.#decide(key, limits, cost, cost, now);
  }

  peek(key: string, limits: readonly Limit[], cost: number, now: number): Promise<Decision> {
    return this.#decide(key, limits, cost, 0, now);
  }

  refund(key: string, limits: readonly Limit[], n: number, now: number): Promise<void> {
    return this.#rows.update(key, row => {
      const buckets = parse(row);
      const debts = limits.map(limit => Math.max(0, owed(buckets, limit, now) - n));
      keep(buckets, limits, debts, now);
      return format(buckets);
    });
  }

  reset(key: string): Promise<void> {
    return this.#rows.update(key, () => undefined);
  }

  async #decide(
    key: string,
    limits: readonly Limit[],
    cost: number,
    taken: number,
    now: number,
  ): Promise<Decision> {
    let debts: number[] = [];
    let allowed = false;
    await this.#rows.update(key, row => {
      const buckets = parse(row);
      debts = limits.map(limit => owed(buckets, limit, now));
      allowed = allThere(limits, debts, cost);
      if (allowed && taken > 0) {
        debts = debts.map(debt => debt + taken);
        keep(buckets, limits, debts, now);
      }
      return format(buckets);
    });
    return decided(limits, debts, cost, allowed);
  }
}

function parse(row = '[]'): Buckets {
  return new Map(JSON.parse(row));
}

function format(buckets: Buckets): string | undefined {
  return buckets.size === 0 ? undefined : JSON.stringify([...buckets]);
}

function owed(buckets: Buckets, { name, capacityMax, restoreRateHz }: Limit, now: number): number {
  const bucket = buckets.get(name);
  if (bucket === undefined) return 0;
  // The clock stepped back: the debt stays, and drains from now on.
  if (bucket.at > now) bucket.at = now;
  return debtAt(cappedDebt(bucket.debt, capacityMax), bucket.at, now, restoreRateHz);
}

function keep(buckets: Buckets, limits: readonly Limit[], debts: readonly number[], now: number): void {
  limits.forEach(({ name }, i) => {
    const debt = debts[i] as number;
    if (debt > 0) buckets.set(name, { debt, at: now });
    else buckets.delete(name);
  });
}
