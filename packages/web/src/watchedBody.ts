type Body = NonNullable<Response['body']>;

/** Notified once, when a body ends. */
export interface BodyWatcher {
  /** The body was read to its end. */
  read(): void;
  /** The source of the body failed. */
  broke(error: unknown): void;
  /** The reader cancelled the body, or it was collected. */
  left(): void;
}

/** The watcher of a body, until the body has ended. The registry keeps this object when the body is collected. */
interface Entry {
  watcher: BodyWatcher | undefined;
}

/** Notifies the watchers of bodies that were collected. Some runtimes have no such registry. */
const collected =
  typeof FinalizationRegistry === 'undefined'
    ? undefined
    : new FinalizationRegistry<Entry>(({ watcher }) => watcher?.left());

/**
 * A body that notifies a watcher of its end. It reads a chunk from its source only when one is requested, and buffers
 * nothing. A cancel is passed on to the source, with its reason.
 */
export function watchedBody(source: Body, watcher: BodyWatcher): Body {
  const reader = source.getReader();
  const entry: Entry = { watcher };
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
          entry.watcher = undefined;
          watcher.broke(error);
          throw error;
        }
        controller.close();
        entry.watcher = undefined;
        watcher.read();
      },
      async cancel(reason) {
        entry.watcher = undefined;
        watcher.left();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  collected?.register(body, entry);
  return body;
}
