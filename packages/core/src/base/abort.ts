type Listening = { readonly callbacks: Set<() => void>; readonly stop: () => void };

/**
 * The callbacks of each signal. Node warns of a leak if a signal has more than ten listeners, so this process adds one
 * listener to a signal, however many calls use it. A second copy of this module would add a second listener.
 */
const LISTENING = new WeakMap<AbortSignal, Listening>();

/**
 * Calls back when a signal aborts. Does nothing if it has already aborted.
 * @returns a function that cancels the callback. The listener is removed with the last callback.
 */
export function whenAborted(signal: AbortSignal, callback: () => void): () => void {
  // A separate function for each call, so that the same callback can be added twice.
  const own = () => callback();
  const listening = LISTENING.get(signal) ?? listenTo(signal);
  listening.callbacks.add(own);
  return () => {
    if (listening.callbacks.delete(own) && listening.callbacks.size === 0) listening.stop();
  };
}

function listenTo(signal: AbortSignal): Listening {
  const callbacks = new Set<() => void>();
  const stop = () => {
    signal.removeEventListener('abort', onAbort);
    if (LISTENING.get(signal) === listening) LISTENING.delete(signal);
  };
  const onAbort = () => {
    stop();
    for (const callback of callbacks) callback();
  };
  const listening = { callbacks, stop };
  signal.addEventListener('abort', onAbort, { once: true });
  LISTENING.set(signal, listening);
  return listening;
}
