import { createServer } from 'node:http';

/**
 * What an upstream may do: answer, answer only when nobody waits any more, answer 500, or be dead to every connection.
 * @typedef {'healthy' | 'slow' | 'failing' | 'dead'} Mode
 */

/** A service that others depend on, with a switch for how it is. */
export function createUpstream() {
  const upstream = {
    mode: /** @type {Mode} */ ('healthy'),
    /** How many requests have reached it since the switch was last turned. */
    hits: 0,
    server: createServer((_req, res) => {
      upstream.hits += 1;
      if (upstream.mode === 'healthy') res.setHeader('Content-Type', 'application/json').end('{"inStock":7}');
      else if (upstream.mode === 'failing') res.writeHead(500).end();
      // Slow: the caller gives up first.
    }),
    /** @param {Mode} mode */
    turn(mode) {
      upstream.mode = mode;
      upstream.hits = 0;
      if (mode === 'dead') upstream.server.closeAllConnections();
    },
  };
  // Not by closing the server: another process could take its port meanwhile.
  upstream.server.on('connection', socket => {
    if (upstream.mode === 'dead') socket.resetAndDestroy();
  });
  return upstream;
}
