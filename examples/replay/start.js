/**
 * Replays an access log through rate limits on Express, Koa and Fastify, and compares the results of the busiest
 * clients with a model without the library. Ends with exit code 1 if they differ.
 */
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { readAccessLog } from './accessLog.js';
import { expectedCounts } from './model.js';
import { progressBar } from './progressBar.js';
import { replay } from './replay.js';
import { number, table } from './report.js';
import { SERVERS } from './servers.js';

const requests = readAccessLog(readFileSync(new URL('data/apache-access.log.gz', import.meta.url)));
console.log(`
${number(requests.length)} requests of four days in May 2015, sent to each framework as fast as it answers, on the log's clock.
Limits for each client: five at once, then one a second; and 20 at once, then 20 an hour.
`);

/** @type {Record<string, import('./model.js').Counts>} */
const results = {};
for (const [name, createServer] of Object.entries(SERVERS)) {
  const bar = progressBar(name.padEnd(8), requests.length);
  results[name] = await replay(createServer, requests, done => bar.update(done));
  bar.clear();
}

const expected = expectedCounts(requests);
console.log(`${table({ ...results, Model: expected })}\n`);

const names = Object.keys(results);
const differing = names.filter(name => !isDeepStrictEqual(results[name], expected));
if (differing.length === 0) {
  console.log(`${names.join(', ')} and a model without the library agree on every client.`);
} else {
  console.log(`Not what a model without the library expects: ${differing.join(', ')}.`);
  process.exitCode = 1;
}
console.log('The limits stand in examples/replay/servers.js, the model in examples/replay/model.js.');
