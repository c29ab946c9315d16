import type { Outgoing } from '../binding.js';

/**
 * Tells when the head of a response is sent, and its status. Informational answers (1xx) before it do not count. Node sends
 * every head through `writeHead`, also where only `write` or `end` was called.
 */
export function onHead(outgoing: Outgoing, listener: (status: number) => void): void {
  const { writeHead } = outgoing;
  outgoing.writeHead = (...args: unknown[]) => {
    const answer = writeHead.apply(outgoing, args);
    if (outgoing.headersSent) listener(outgoing.statusCode);
    return answer;
  };
}
