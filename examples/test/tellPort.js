/**
 * Loaded before an example of a page: its server uses a free port, and reports it to the parent process. With `CLOCK=still`
 * no time passes for its limits and breakers.
 */
import { listenAnywhere } from './listenAnywhere.js';

const { CLOCK } = process.env;
if (CLOCK === 'still') {
  const now = performance.now();
  performance.now = () => now;
}

listenAnywhere(server => {
  const address = server.address();
  if (typeof address === 'object') process.send?.(address?.port);
});
