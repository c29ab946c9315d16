/** Loaded before an example of a page: its server uses a free port, and reports it to the parent process. */
import { listenAnywhere } from './listenAnywhere.js';

listenAnywhere(server => {
  const address = server.address();
  if (typeof address === 'object') process.send?.(address?.port);
});
