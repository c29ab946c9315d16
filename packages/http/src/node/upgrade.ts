import type { NodeConnection, NodeIncoming, Outgoing } from './raw.js';

/** The status of a connection that was upgraded, to a WebSocket for example. */
const SWITCHING_PROTOCOLS = 101;

/** Calls back when the connection of a request is upgraded: data is then written directly to it, past the response. */
export function onUpgrade(
  incoming: NodeIncoming,
  outgoing: Outgoing,
  listener: (status: number) => void,
): void {
  // Some libraries upgrade first, and then create a response without a connection.
  if (outgoing.socket === null) listener(SWITCHING_PROTOCOLS);
  else onWrite(incoming.socket, () => listener(SWITCHING_PROTOCOLS));
}

/** Calls back on the first write to a connection. */
function onWrite(socket: NodeConnection | null | undefined, listener: () => void): void {
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
