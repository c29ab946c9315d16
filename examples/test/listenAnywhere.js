/**
 * Loaded before an example of a README, which can then run as it stands: its server takes a free port of this machine
 * instead of the one that it names, and tells the parent process which.
 */
import { Server } from 'node:net';

const { listen } = Server.prototype;

Server.prototype.listen = function listenAnywhere(...args) {
  this.once('listening', () => {
    const address = this.address();
    if (typeof address === 'object') process.send?.(address?.port);
  });
  return listen.call(this, { host: '127.0.0.1', port: 0 }, () => {
    for (const callback of args) if (typeof callback === 'function') callback();
  });
};
