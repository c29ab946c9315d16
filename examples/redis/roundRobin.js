import { Redis } from 'ioredis';
import { close, listen } from '../servers.js';
import { createExpress, createFastify } from './services.js';

/**
 * Sends requests to two Express servers and one Fastify server in turn, as a load balancer would.
 * @param {string} redisUrl
 * @param {number} requests
 * @param {number} [storeDeadlineSecs] after which a server counts by itself
 * @returns {Promise<{ server: string, status: number, left: string }[]>} the response to each request, with what is
 *   left of the limit
 */
export async function roundRobin(redisUrl, requests, storeDeadlineSecs) {
  const clients = [1, 2, 3].map(() => new Redis(redisUrl));
  const [first, second, third] = /** @type {[Redis, Redis, Redis]} */ (clients);
  const servers = [
    { name: 'Express 1', server: createExpress(first, storeDeadlineSecs) },
    { name: 'Express 2', server: createExpress(second, storeDeadlineSecs) },
    { name: 'Fastify', server: await createFastify(third, storeDeadlineSecs) },
  ];
  // Connects before the first request. Until then, each server would count by itself.
  await Promise.all(clients.map(client => client.ping()));
  const urls = await Promise.all(servers.map(({ server }) => listen(server)));

  try {
    const answers = [];
    for (let request = 0; request < requests; request++) {
      const i = request % servers.length;
      const { status, headers } = await fetch(/** @type {string} */ (urls[i]));
      answers.push({ server: String(servers[i]?.name), status, left: headers.get('RateLimit') ?? '' });
    }
    return answers;
  } finally {
    for (const { server } of servers) close(server);
    for (const client of clients) client.disconnect();
  }
}
