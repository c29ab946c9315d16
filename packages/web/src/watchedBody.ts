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

/** Who is to be told of a body that nobody can read any more, until it has ended: the registry keeps it for so long. */
interface Told {
  watcher: BodyWatcher | undefined;
}

/** Nobody can read these any more. Some runtimes cannot tell. */
const collected =
  typeof FinalizationRegistry === 'undefined'
    ? undefined
    : new FinalizationRegistry<Told>(({ watcher }) => watcher?.left());

/**
 * A body whose end is heard of. It asks its source for a chunk when it is asked for one, and holds none. A cancel reaches the source,
 * with its reason.
 */
export function watchedBody(source: Body, watcher: BodyWatcher): Body {
  const reader = source.getReader();
  const told: Told = { watcher };
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
          told.watcher = undefined;
          watcher.broke(error);
          throw error;
        }
        controller.close();
        told.watcher = undefined;
        watcher.read();
      },
      async cancel(reason) {
        told.watcher = undefined;
        watcher.left();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  collected?.register(body, told);
  return body;
}
