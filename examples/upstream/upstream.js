import { createServer } from 'node:http';

/**
 * What an upstream may do: answer, answer only when nobody waits any more, answer 500, or be dead to every connection.
 * @typedef {'healthy' | 'slow' | 'failing' | 'dead'} Mode
 */

/** How many pieces there are of each item; of any other it knows nothing, which is a 404. */
const PIECES = new Map([
  ['lamp', 7],
  ['desk & chair, 50% off/set?', 2],
]);

/** A service that others depend on, with a switch for how it is. */
export function createUpstream() {
  const upstream = {
    mode: /** @type {Mode} */ ('healthy'),
    /** How many requests have reached it since the switch was last turned. */
    hits: 0,
    server: createServer((req, res) => {
      upstream.hits += 1;
      if (upstream.mode === 'healthy') answer(req, res);
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

/** @type {import('node:http').RequestListener} */
function answer(req, res) {
  const { searchParams } = new URL(req.url ?? '', 'http://upstream');
  const inStock = PIECES.get(searchParams.get('item') ?? '');
  if (inStock === undefined) res.writeHead(404).end();
  else res.setHeader('Content-Type', 'application/json').end(JSON.stringify({ inStock }));
}
