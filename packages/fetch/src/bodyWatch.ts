type Stream = NonNullable<Response['body']>;
type Reader = ReturnType<Stream['getReader']>;
type Iterator = ReturnType<Stream['values']>;

/**
 * Reports the end of a response's body: read to the end, cancelled, failed or collected. The response stays the same object,
 * and nothing of its body is read or delayed.
 *
 * It watches the methods of the stream, through which undici's own `text()`, `json()` and `clone()` go as well.
 */
export class BodyWatch {
  /** Nobody can read these any more. */
  readonly #collected = new FinalizationRegistry<() => void>(end => end());

  /** Calls `end` once, when the body is over: at once where there is none. */
  onEnd({ body }: Response, end: () => void): void {
    if (body === null) {
      end();
      return;
    }
    this.#watch(body, once(end));
  }

  #watch(stream: Stream, end: () => void): void {
    this.#collected.register(stream, end);
    const { getReader, cancel, pipeTo, tee, values } = stream;
    const iterate = (...options: Parameters<Stream['values']>) =>
      watchIterator(Reflect.apply(values, stream, options), options[0]?.preventCancel === true, end);
    const watched = {
      getReader: (...options: Parameters<Stream['getReader']>) =>
        watchReader(Reflect.apply(getReader, stream, options) as Reader, end),
      cancel: (reason?: unknown) => atEndOf(Reflect.apply(cancel, stream, [reason]), end),
      pipeTo: (...to: Parameters<Stream['pipeTo']>) => atEndOf(Reflect.apply(pipeTo, stream, to), end),
      pipeThrough: (...[pair, options]: Parameters<Stream['pipeThrough']>) => {
        // What goes wrong in the pipe is heard at its far end.
        stream.pipeTo(pair.writable, options).catch(() => {});
        return pair.readable;
      },
      tee: () => {
        const branches = Reflect.apply(tee, stream, []) as [Stream, Stream];
        let open = branches.length;
        for (const branch of branches)
          this.#watch(
            branch,
            once(() => void (--open === 0 && end())),
          );
        return branches;
      },
      values: iterate,
      [Symbol.asyncIterator]: iterate,
    };
    for (const name of Reflect.ownKeys(watched) as (keyof typeof watched)[]) {
      Object.defineProperty(stream, name, { value: watched[name], configurable: true, writable: true });
    }
  }
}

function watchReader(reader: Reader, end: () => void): Reader {
  const { releaseLock } = reader;
  let isReleased = false;
  // Giving up the lock rejects `closed` as well, and ends nothing.
  reader.releaseLock = () => {
    isReleased = true;
    Reflect.apply(releaseLock, reader, []);
  };
  reader.closed.then(end, () => isReleased || end());
  return reader;
}

function watchIterator(iterator: Iterator, preventsCancel: boolean, end: () => void): Iterator {
  const { next } = iterator;
  const stop = iterator.return;
  iterator.next = async () => {
    try {
      const result = await Reflect.apply(next, iterator, []);
      if (result.done) end();
      return result;
    } catch (error) {
      end();
      throw error;
    }
  };
  iterator.return = value => {
    if (!preventsCancel) end();
    return stop === undefined
      ? Promise.resolve({ done: true as const, value: undefined })
      : Reflect.apply(stop, iterator, [value]);
  };
  return iterator;
}

function atEndOf<T>(promise: Promise<T>, end: () => void): Promise<T> {
  promise.then(end, end);
  return promise;
}

function once(fn: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    fn();
  };
}
