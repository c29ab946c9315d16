import { errorMonitor } from 'node:events';
import type { Outgoing, Source } from '../binding.js';

/**
 * Tells of the errors of streams while they are piped into a response. A stream may be piped into many responses and
 * outlive them all, so none of them leaves a listener on it.
 * @returns what ends the listening
 */
export function onSourceError(outgoing: Outgoing, listener: (error: Error) => void): () => void {
  let sources: Set<Source> | undefined;
  const onUnpipe = (source: Source) => {
    source.off(errorMonitor, listener);
    sources?.delete(source);
  };
  const onPipe = (source: Source) => {
    if (sources?.has(source)) return;
    if (sources === undefined) outgoing.on('unpipe', onUnpipe);
    sources ??= new Set();
    sources.add(source);
    source.on(errorMonitor, listener);
  };
  outgoing.on('pipe', onPipe);
  return () => {
    outgoing.off('pipe', onPipe);
    if (sources === undefined) return;
    outgoing.off('unpipe', onUnpipe);
    for (const source of sources) source.off(errorMonitor, listener);
  };
}
