/**
 * Serves the same small API with Express, Koa and Fastify, on three ports in a row and to this machine alone.
 * The variable PORT is the first of them, by default 3000; with 0, each server takes a port that is free.
 */
import { close, createServers, listen } from './servers.js';

try {
  await start(firstPort(process.env.PORT || '3000'));
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

/** @param {number} port */
async function start(port) {
  const servers = await createServers();
  const stop = () => {
    for (const { server } of servers) close(server);
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);

  /** @type {string[]} */
  const urls = [];
  for (const { name, server } of servers) {
    const itsPort = port === 0 ? 0 : port + urls.length;
    try {
      urls.push(await listen(server, itsPort));
    } catch (error) {
      stop();
      throw new Error(cannotServe(name, itsPort, /** @type {NodeJS.ErrnoException} */ (error)));
    }
  }

  const list = servers.map(({ name }, i) => `  ${name.padEnd(8)} ${urls[i]}`);
  console.log(`\nThe same small API, served by\n\n${list.join('\n')}\n\n${whatToTry(urls)}`);
}

/** @param {string} value */
function firstPort(value) {
  const port = Number(value);
  if (/^\d+$/.test(value) && port <= 65533) return port;
  throw new RangeError(
    `The variable PORT must be a whole number from 0 to 65533, got ${JSON.stringify(value)}.`,
  );
}

/**
 * @param {string} name
 * @param {number} port
 * @param {NodeJS.ErrnoException} error
 */
function cannotServe(name, port, error) {
  const reason = error.code === 'EADDRINUSE' ? `port ${port} is taken` : error.message;
  return `${name} cannot be served: ${reason}. The variable PORT chooses other ports: PORT=4000 npm start`;
}

/** @param {string[]} urls */
function whatToTry([express, koa, fastify]) {
  return `Every client may ask five times at once, and then once a second. Try it in a second terminal:

  curl -i ${express}/
      200: the headers RateLimit-Policy and RateLimit tell what the limits are and what is left of them

  curl -i "${express}/?n=[1-6]"
      six requests at once: the last is refused with 429, and Retry-After tells when to come back

  curl -i "${koa}/report?n=[1-3]"
      a costly route with a limit of its own, two a minute: the third is refused with 429

  curl -i "${fastify}/flaky?n=[1-4]"
      a route that always fails: after three answers of 500 its circuit breaker opens and answers 503 in its stead

Stop the servers with Ctrl-C.`;
}
