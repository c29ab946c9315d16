import { finished } from 'node:stream';

/** The types of `finished` know only streams of Node. */
const whenOver = finished as unknown as (body: ReadableStream, over: () => void) => void;

/** Reports the end of a response's body. Nothing of it is read, delayed or changed. */
export class BodyWatch {
  /** Reports bodies that were collected, which nobody can read any more. */
  readonly #collected = new FinalizationRegistry<() => void>(end => end());

  /**
   * Calls `end` once, when the body is over: read to the end, cancelled, failed or collected; at once where there is none. It is
   * read to the end when everything has come, so one clone of a response that is read is enough.
   */
  onEnd({ body, headers }: Response, end: () => void): void {
    if (body === null || headers.get('content-length') === '0') {
      end();
      return;
    }
    const ended = once(end);
    this.#collected.register(body, ended);
    whenOver(body, ended);
  }
}

/**
 * Resolves when every end so far has been reported. A watcher learns of the end of a body one tick later than its reader,
 * and the end of this empty body is reported after those.
 */
export function endsReported(): Promise<void> {
  const empty = new ReadableStream({ start: controller => controller.close() });
  return new Promise(resolve => whenOver(empty, resolve));
}

function once(fn: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    fn();
  };
}
