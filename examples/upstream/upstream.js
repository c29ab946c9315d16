import { createServer } from 'node:http';

/**
 * What an upstream may do: answer, answer only when nobody waits any more, answer 500, or cut every connection.
 * @typedef {'healthy' | 'slow' | 'failing' | 'dead'} Mode
 */

/** A service that others depend on, with a switch for how it is. */
export function createUpstream() {
  const upstream = {
    mode: /** @type {Mode} */ ('healthy'),
    /** How many requests have reached it. */
    hits: 0,
    server: createServer((req, res) => {
      upstream.hits += 1;
      if (upstream.mode === 'healthy') res.setHeader('Content-Type', 'application/json').end('{"inStock":7}');
      else if (upstream.mode === 'failing') res.writeHead(500).end();
      else if (upstream.mode === 'dead') req.socket.destroy();
      // Slow: the caller gives up first.
    }),
  };
  return upstream;
}
