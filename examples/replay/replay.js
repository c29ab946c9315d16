import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { MockClock } from '@breaking/core';
import { count } from './model.js';

/** @typedef {import('./accessLog.js').LoggedRequest} LoggedRequest */
/** @typedef {import('./model.js').Counts} Counts */

/**
 * Sends logged requests to a real server over one connection, one after another, while the server's clock shows the
 * times of the log.
 * @param {(clock: MockClock) => Promise<import('node:http').Server>} createServer
 * @param {readonly LoggedRequest[]} requests in order of time
 * @param {(done: number, isAllowed: boolean) => void} [onAnswer] called with the number of requests so far, and whether
 *   this one was allowed
 * @returns {Promise<Counts>}
 * @throws {Error} for a status other than 200 and 429
 */
export async function replay(createServer, requests, onAnswer = () => {}) {
  const clock = new MockClock(requests[0]?.timeSecs);
  const server = await createServer(clock);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });

  /** @type {Counts} */
  const counts = new Map();
  try {
    for (const [i, logged] of requests.entries()) {
      clock.advanceBy(logged.timeSecs - clock.time);
      const status = await send(port, agent, logged);
      if (status !== 200 && status !== 429) throw new Error(`Unexpected status ${status} for ${logged.path}`);
      count(counts, logged.client, status === 200);
      onAnswer(i + 1, status === 200);
    }
  } finally {
    agent.destroy();
    server.close();
  }
  return counts;
}

/**
 * @param {number} port
 * @param {Agent} agent
 * @param {LoggedRequest} logged
 * @returns {Promise<number | undefined>} the status of the response
 */
function send(port, agent, { client, method, path }) {
  return new Promise((resolve, reject) => {
    const headers = { 'X-Forwarded-For': client };
    request({ host: '127.0.0.1', port, agent, method, path, headers }, answer => {
      answer
        .resume()
        .once('end', () => resolve(answer.statusCode))
        .once('error', reject);
    })
      .once('error', reject)
      .end();
  });
}
