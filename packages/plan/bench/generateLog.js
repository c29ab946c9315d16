// Writes an access log in the combined format: node generateLog.js LINES CLIENTS > FILE
// The clients differ in how often they come (a Zipf law), 500 requests a second in all. The same numbers give the same log.
import { once } from 'node:events';

const [lines = 1_000_000, clients = 100_000] = process.argv.slice(2).map(Number);
const REQUESTS_A_SECOND = 500;
const PATHS = [
  '/',
  '/login',
  '/api/orders?page=2',
  '/assets/app.3f2a.js',
  '/products/blue-suede-shoes',
  '/search?q=rate+limit',
];
const AGENTS = [
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
  'curl/8.5.0',
];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

let state = 1;
/** Park and Miller's generator: from 0 to below 1. */
function random() {
  state = (state * 48_271) % 2_147_483_647;
  return state / 2_147_483_647;
}

/** @param {number} secs */
function clf(secs) {
  const [, year, month, day, clock] =
    /^(\d+)-(\d+)-(\d+)T([\d:]+)/.exec(new Date(secs * 1000).toISOString()) ?? [];
  return `${day}/${MONTHS[Number(month) - 1]}/${year}:${clock} +0000`;
}

let text = '';
let time = '';
for (let i = 0; i < lines; i++) {
  if (i % REQUESTS_A_SECOND === 0) time = clf(1_750_000_000 + i / REQUESTS_A_SECOND);
  // The first ones are each client's first, so that all of them are there.
  const client = i < clients ? i : Math.floor(clients ** random()) - 1;
  const address = `10.${client >> 16}.${(client >> 8) & 255}.${client & 255}`;
  const [path, agent] = [
    PATHS[Math.floor(random() * PATHS.length)],
    AGENTS[Math.floor(random() * AGENTS.length)],
  ];
  text += `${address} - - [${time}] "GET ${path} HTTP/1.1" 200 ${Math.floor(random() * 50_000)} "https://example.com/" "${agent}"\n`;
  if (text.length < 1 << 20 && i < lines - 1) continue;
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
  text = '';
}
