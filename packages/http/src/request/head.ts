import type { Incoming, Outgoing, Peer } from '../binding.js';

/** The status of a connection that was upgraded, to a WebSocket for example. */
const SWITCHING_PROTOCOLS = 101;

/**
 * Tells when the head of a response is sent, and its status. Informational answers before it do not count. Node sends every
 * head through `writeHead`, also where only `write` or `end` was called. A connection that is upgraded is written to directly.
 */
export function onHead(incoming: Incoming, outgoing: Outgoing, listener: (status: number) => void): void {
  if (outgoing.headersSent) {
    listener(outgoing.statusCode);
    return;
  }
  const { writeHead } = outgoing;
  if (typeof writeHead === 'function') {
    outgoing.writeHead = (...args: unknown[]) => {
      const answer = writeHead.apply(outgoing, args);
      if (outgoing.headersSent) listener(outgoing.statusCode);
      return answer;
    };
  }
  if (incoming.upgrade !== true) return;
  // Some libraries upgrade first, and then make up a response that has no connection.
  if (outgoing.socket === null) listener(SWITCHING_PROTOCOLS);
  else onWrite(incoming.socket, () => listener(SWITCHING_PROTOCOLS));
}

/** Tells of the first write to a connection. */
function onWrite(socket: Peer | null | undefined, listener: () => void): void {
  const write = socket?.write;
  if (socket === null || socket === undefined || write === undefined) return;
  const isOwn = Object.hasOwn(socket, 'write');
  socket.write = (...args: unknown[]) => {
    if (isOwn) socket.write = write;
    else delete socket.write;
    listener();
    return write.apply(socket, args);
  };
}
