type Body = NonNullable<Response['body']>;

/** Hears, once, how a body ended. */
export interface BodyWatcher {
  /** It was read to its end. */
  read(): void;
  /** Its source broke. */
  broke(error: unknown): void;
  /** Who read it cancelled it, or dropped it. */
  left(): void;
}

/** Nobody can read these any more. Some runtimes cannot tell. */
const collected =
  typeof FinalizationRegistry === 'undefined'
    ? undefined
    : new FinalizationRegistry<BodyWatcher>(watcher => watcher.left());

/**
 * A body whose end is heard of. It asks its source for a chunk when it is asked for one, and holds none. A cancel reaches the source,
 * with its reason.
 */
export function watchedBody(source: Body, watcher: BodyWatcher): Body {
  const reader = source.getReader();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (!done) {
            controller.enqueue(value);
            return;
          }
        } catch (error) {
          watcher.broke(error);
          throw error;
        }
        controller.close();
        watcher.read();
      },
      async cancel(reason) {
        watcher.left();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  collected?.register(body, watcher);
  return body;
}
