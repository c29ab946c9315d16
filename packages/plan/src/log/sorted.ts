import type { CostedEvent } from '../frontier/frontier.js';

/** What {@link sortedWithin} found. */
export interface Lateness {
  /** Events that came after more than the window, and so stand too late. */
  late: number;
}

/**
 * Sorts events that are nearly in order of time; those of one moment keep their order. An event that stands at most
 * `window` places too late finds its place; those that stand further behind are counted.
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

/** Joins sources, each in order of time, into one in order of time. */
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

/** Sees that there is a next event, unless there is none. */
async function refill(source: Source): Promise<boolean> {
  while (source.next >= source.batch.length) {
    const { done, value } = await source.batches.next();
    if (done) return false;
    source.batch = value;
    source.next = 0;
  }
  return true;
}
