import type { CostedEvent } from '../frontier/frontier.js';

/** A result of {@link sortedWithin}. */
export interface Lateness {
  /** Events that came later than the window allows, and so are out of order. */
  late: number;
}

/**
 * Sorts events that are nearly in order of time; events with the same time keep their order. An event that is at most
 * `window` places too late is moved; later ones are counted.
 */
export async function* sortedWithin(
  batches: AsyncIterable<CostedEvent[]>,
  window: number,
  lateness: Lateness,
): AsyncGenerator<CostedEvent[]> {
  let waiting: CostedEvent[] = [];
  let latest = -Infinity;
  const release = (events: CostedEvent[]): CostedEvent[] => {
    for (const { at } of events) {
      if (at < latest) lateness.late += 1;
      else latest = at;
    }
    return events;
  };
  for await (const batch of batches) {
    for (const event of batch) waiting.push(event);
    if (waiting.length < 2 * window) continue;
    waiting.sort(byTime);
    yield release(waiting.slice(0, -window));
    waiting = waiting.slice(-window);
  }
  yield release(waiting.sort(byTime));
}

function byTime(a: CostedEvent, b: CostedEvent): number {
  return a.at - b.at;
}

interface Source {
  readonly batches: AsyncIterator<CostedEvent[]>;
  batch: CostedEvent[];
  next: number;
}

/** Merges sources, each in order of time, into one. */
export async function* merged(all: readonly AsyncIterable<CostedEvent[]>[]): AsyncGenerator<CostedEvent[]> {
  const started = all.map(each => ({ batches: each[Symbol.asyncIterator](), batch: [], next: 0 }));
  let sources: Source[] = [];
  for (const source of started) if (await refill(source)) sources.push(source);
  while (sources.length > 0) {
    const earliest = sources.reduce((one, other) => (headOf(other) < headOf(one) ? other : one));
    const until = Math.min(...sources.map(each => (each === earliest ? Infinity : headOf(each))));
    let end = earliest.next + 1;
    while (end < earliest.batch.length && (earliest.batch[end] as CostedEvent).at <= until) end += 1;
    yield earliest.batch.slice(earliest.next, end);
    earliest.next = end;
    if (!(await refill(earliest))) sources = sources.filter(each => each !== earliest);
  }
}

function headOf({ batch, next }: Source): number {
  return (batch[next] as CostedEvent).at;
}

/** Loads the next events, unless there are none. */
async function refill(source: Source): Promise<boolean> {
  while (source.next >= source.batch.length) {
    const { done, value } = await source.batches.next();
    if (done) return false;
    source.batch = value;
    source.next = 0;
  }
  return true;
}
