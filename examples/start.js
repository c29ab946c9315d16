/**
 * Serves the same small API with Express, Koa and Fastify, on three consecutive ports, only for this machine. The
 * variable PORT is the first port, by default 3000; with 0, each server uses a free port.
 */
import { styleText } from 'node:util';
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
  console.log(
    `\nThe same small API, served by\n\n${list.join('\n')}\n\n${whatToSee(urls)}\n\n${whatToTry(urls)}`,
  );
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
function whatToSee([express]) {
  return `Open ${command(`${express}/breaking`)} in a browser: it shows the limits and breakers live, while you try what follows.
Koa and Fastify have such a page too.`;
}

/** @param {string[]} urls */
function whatToTry([express, koa, fastify]) {
  return `Each client may send five requests at once, then one a second. In a second terminal, type:

  ${command(`curl -i ${express}/`)}
      ${status(200)} RateLimit-Policy says what the limits are, RateLimit what is left of them

  ${command(`curl -i "${express}/?n=[1-6]"`)}
      ${status(429)} six requests at once: the last is refused, and Retry-After says when to come back

  ${command(`curl -i "${koa}/report?n=[1-3]"`)}
      ${status(429)} a costly route has a limit of its own, two a minute: the third request is refused

  ${command(`curl -i "${fastify}/flaky?n=[1-4]"`)}
      ${status(503)} a route that always fails: after three 500s its circuit breaker opens and answers at once

Stop the servers with Ctrl-C.`;
}

/** @param {string} text */
function command(text) {
  return coloured('bold', text);
}

/** @param {number} code */
function status(code) {
  return coloured(code < 400 ? 'green' : code < 500 ? 'yellow' : 'red', String(code));
}

/**
 * Uses colours only on a terminal.
 * @param {'bold' | 'green' | 'yellow' | 'red'} format
 * @param {string} text
 */
function coloured(format, text) {
  const isWanted = process.stdout.isTTY && !process.env.NO_COLOR;
  return isWanted ? styleText(format, text) : text;
}
