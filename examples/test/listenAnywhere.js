import { Server } from 'node:net';

/**
 * Lets the examples of a page run unchanged: from now on, servers of this process use a free port of this machine
 * instead of the given one.
 * @param {(server: Server) => void} listening called with each server once it listens
 */
export function listenAnywhere(listening) {
  const { listen } = Server.prototype;
  Server.prototype.listen = function listenAnywhere(...args) {
    this.once('listening', () => listening(this));
    return listen.call(this, { host: process.env.LISTEN_HOST ?? '127.0.0.1', port: 0 }, () => {
      for (const callback of args) if (typeof callback === 'function') callback();
    });
  };
}
