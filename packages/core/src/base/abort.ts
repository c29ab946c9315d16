type Listening = { readonly callbacks: Set<() => void>; readonly stop: () => void };

/**
 * What waits for which signal. Node warns of a leak when a signal has more than ten listeners, so each signal has one of
 * ours, however many calls it was given to. Kept weakly, for all of this process: a second copy would add a listener.
 */
const LISTENING = new WeakMap<AbortSignal, Listening>();

/**
 * Calls back once a signal aborts. One that has aborted already calls nobody.
 * @returns what stops waiting. The signal keeps no listener once nobody waits.
 */
export function whenAborted(signal: AbortSignal, callback: () => void): () => void {
  // A function of its own, so that the same callback can wait twice.
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
    signal.removeEventListener('abort', hear);
    if (LISTENING.get(signal) === listening) LISTENING.delete(signal);
  };
  const hear = () => {
    stop();
    for (const callback of callbacks) callback();
  };
  const listening = { callbacks, stop };
  signal.addEventListener('abort', hear, { once: true });
  LISTENING.set(signal, listening);
  return listening;
}
