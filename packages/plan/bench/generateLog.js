// Writes an access log, in the combined format or that of pino-http: node generateLog.js LINES CLIENTS [pino] > FILE
// Some clients send more requests than others (a Zipf law), 500 a second in all. The same arguments give the same log.
import { once } from 'node:events';

const [lines = 1_000_000, clients = 100_000] = process.argv.slice(2, 4).map(Number);
const lineOf = process.argv[4] === 'pino' ? pino : combined;
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

/** @typedef {{ secs: number, address: string, path: string, agent: string, bytes: number }} Logged */

let lastSecs = 0;
let lastTime = '';

/** @param {Logged} logged */
function combined({ secs, address, path, agent, bytes }) {
  if (secs !== lastSecs) [lastSecs, lastTime] = [secs, clf(secs)];
  return `${address} - - [${lastTime}] "GET ${path} HTTP/1.1" 200 ${bytes} "https://example.com/" "${agent}"\n`;
}

/** @param {Logged} logged */
function pino({ secs, address, path, agent, bytes }) {
  const headers = { host: 'example.com', 'user-agent': agent, accept: '*/*' };
  const req = {
    id: 1,
    method: 'GET',
    url: path,
    query: {},
    params: {},
    headers,
    remoteAddress: address,
    remotePort: 4711,
  };
  const res = { statusCode: 200, headers: { 'content-type': 'text/html', 'content-length': String(bytes) } };
  const line = {
    level: 30,
    time: secs * 1000,
    pid: 1,
    hostname: 'web',
    req,
    res,
    responseTime: 3,
    msg: 'request completed',
  };
  return `${JSON.stringify(line)}\n`;
}

let text = '';
for (let i = 0; i < lines; i++) {
  // The first lines have one request of each client, so that every client occurs.
  const client = i < clients ? i : Math.floor(clients ** random()) - 1;
  text += lineOf({
    secs: 1_750_000_000 + Math.floor(i / REQUESTS_A_SECOND),
    address: `10.${client >> 16}.${(client >> 8) & 255}.${client & 255}`,
    path: PATHS[Math.floor(random() * PATHS.length)] ?? '/',
    agent: AGENTS[Math.floor(random() * AGENTS.length)] ?? '-',
    bytes: Math.floor(random() * 50_000),
  });
  if (text.length < 1 << 20 && i < lines - 1) continue;
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
  text = '';
}
