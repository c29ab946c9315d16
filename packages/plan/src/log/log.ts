import type { CostedEvent } from '../frontier/frontier.js';
import { linesOf, type Source, unzipped } from './chunks.js';
import { OTHER } from './line.js';
import { parseLine } from './parseLine.js';
import { costOf, isSelected, LineKeys, type Selection } from './selection.js';
import { merged, sortedWithin } from './sorted.js';

/** The number of events that are buffered for sorting, of all files together. */
const WINDOW = 4096;
const FEWEST_WAITING = 256;
const SHOWN_LINES = 3;

/** What was found in a log apart from its requests. */
export interface LogTally {
  /** Lines that are not empty. */
  lines: number;
  /** Lines in an unknown format, and the first three of them. */
  unparsed: number;
  readonly firstUnparsed: string[];
  /** Lines that are not about a request. */
  others: number;
  /** Requests that `--match`, `--since` or `--until` excluded. */
  unselected: number;
  /** Requests that came too late to be sorted. */
  late: number;
  /** Requests without the text to use as the key. */
  withoutKey: number;
  /** Requests without an address, which count as one client, `-`. */
  withoutAddress: number;
  /** Whether all times are whole seconds. */
  areWholeSeconds: boolean;
  /** Unix time in seconds of the first request and of the last. */
  first: number;
  last: number;
}

/** Reads the requests of access logs, in order of time. They can be read several times. */
export class Log {
  readonly #sources: readonly Source[];
  readonly #selection: Selection;

  constructor(sources: readonly Source[], selection: Selection) {
    this.#sources = sources;
    this.#selection = selection;
  }

  /**
   * Reads all requests.
   * @param onEvent called with each request
   * @param onRead called with the number of bytes of each chunk that was read
   * @throws Error that names the file that cannot be read
   */
  async read(
    onEvent: (event: CostedEvent) => void,
    onRead: (bytes: number) => void = () => {},
  ): Promise<LogTally> {
    const tally = newTally();
    const window = Math.max(FEWEST_WAITING, Math.floor(WINDOW / this.#sources.length));
    const keys = new LineKeys(this.#selection.key);
    const sorted = this.#sources.map(source =>
      sortedWithin(this.#events(source, tally, keys, onRead), window, tally),
    );
    for await (const events of merged(sorted)) {
      for (const event of events) {
        tally.first = Math.min(tally.first, event.at);
        tally.last = Math.max(tally.last, event.at);
        onEvent(event);
      }
    }
    tally.withoutKey = keys.withoutKey;
    tally.withoutAddress = keys.withoutAddress;
    return tally;
  }

  async *#events(
    source: Source,
    tally: LogTally,
    keys: LineKeys,
    onRead: (bytes: number) => void,
  ): AsyncGenerator<CostedEvent[]> {
    try {
      for await (const lines of linesOf(unzipped(counted(source.chunks(), onRead)))) {
        const events: CostedEvent[] = [];
        for (const line of lines) {
          const event = line === '' || line === '\r' ? undefined : this.#eventOf(line, tally, keys);
          if (event !== undefined) events.push(event);
        }
        yield events;
      }
    } catch (error) {
      throw new Error(`${source.name}: ${(error as Error).message}`, { cause: error });
    }
  }

  #eventOf(line: string, tally: LogTally, keys: LineKeys): CostedEvent | undefined {
    tally.lines += 1;
    const parsed = parseLine(line);
    if (parsed === undefined) {
      tally.unparsed += 1;
      if (tally.firstUnparsed.length < SHOWN_LINES) tally.firstUnparsed.push(line);
      return undefined;
    }
    if (parsed === OTHER) {
      tally.others += 1;
      return undefined;
    }
    if (!isSelected(parsed, this.#selection)) {
      tally.unselected += 1;
      return undefined;
    }
    if (tally.areWholeSeconds && !Number.isInteger(parsed.at)) tally.areWholeSeconds = false;
    return { key: keys.keyOf(parsed), at: parsed.at, cost: costOf(parsed, this.#selection.cost) };
  }
}

async function* counted(
  chunks: AsyncIterable<Buffer>,
  onRead: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    onRead(chunk.length);
    yield chunk;
  }
}

function newTally(): LogTally {
  return {
    lines: 0,
    unparsed: 0,
    firstUnparsed: [],
    others: 0,
    unselected: 0,
    late: 0,
    withoutKey: 0,
    withoutAddress: 0,
    areWholeSeconds: true,
    first: Infinity,
    last: -Infinity,
  };
}
