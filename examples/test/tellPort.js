/** Loaded before an example of a page: its server takes a free port, and tells the parent process which. */
import { listenAnywhere } from './listenAnywhere.js';

listenAnywhere(server => {
  const address = server.address();
  if (typeof address === 'object') process.send?.(address?.port);
});
