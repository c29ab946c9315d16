import { createServer } from 'node:http';

/**
 * The modes of an upstream: it answers, answers too late, answers 500, or closes every connection.
 * @typedef {'healthy' | 'slow' | 'failing' | 'dead'} Mode
 */

/** How many pieces there are of each item. For any other item it answers 404. */
const PIECES = new Map([
  ['lamp', 7],
  ['desk & chair, 50% off/set?', 2],
]);

/** A service on which others depend, whose mode can be changed. */
export function createUpstream() {
  const upstream = {
    mode: /** @type {Mode} */ ('healthy'),
    /** How many requests have reached it since the mode was last changed. */
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
  // Closing the server instead would let another process take its port.
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
