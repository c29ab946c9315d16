import { createServer } from 'node:http';
import { createApp as createExpressApp } from './express/app.js';
import { createApp as createFastifyApp } from './fastify/app.js';
import { createApp as createKoaApp } from './koa/app.js';

/**
 * The same small API on all three frameworks, on servers that do not listen yet. Their limits have different names, so
 * that counted decisions can be told apart.
 * @param {{ clock?: import('@breaking/core').Clock }} [options] another clock, for tests
 */
export async function createServers(options) {
  const fastifyApp = await createFastifyApp(options);
  await fastifyApp.ready();
  return [
    { name: 'Express', server: createServer(createExpressApp(options)) },
    { name: 'Koa', server: createServer(createKoaApp(options).callback()) },
    { name: 'Fastify', server: fastifyApp.server },
  ];
}

/**
 * @param {import('node:http').Server} server
 * @param {number} port 0 for any free port
 * @returns {Promise<string>} the URL of the server, which only this machine can reach
 */
export function listen(server, port = 0) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = /** @type {import('node:net').AddressInfo} */ (server.address());
      resolve(`http://127.0.0.1:${address.port}`);
    });
  });
}

/** @param {import('node:http').Server} server */
export function close(server) {
  server.close();
  server.closeAllConnections();
}
