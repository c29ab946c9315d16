/**
 * The cost of each kind of request: decisions a second, their latency, and the CPU time in microseconds that Node and Redis
 * spend on one, with 1, 64 and 512 simultaneous callers of one key, on the server that REDIS_URL names (default
 * redis://127.0.0.1:6379). Nobody else may use the server. The kinds take turns; the round with the median decisions a second
 * is shown.
 *
 *     npm run build && node packages/redis/bench/modes.js
 */
import { DenyCacheBucketStore, RateLimiter } from '@breaking/core';
import { RedisBucketStore } from '@breaking/redis';
import { Redis } from 'ioredis';
import { RedisStore } from 'rate-limit-redis';
import { RateLimiterRedis } from 'rate-limiter-flexible';

const URL = process.env.REDIS_URL || 'redis://127.0.0.1:6379';
const ROUNDS = 3;
const ROUND_MS = 700;
/** One of this many decisions is timed. */
const TIMED = 8;

const admin = new Redis(URL);
const client = new Redis(URL);
const pipelining = new Redis(URL, { enableAutoPipelining: true });

const PLENTY = { capacityMax: 1e12, restoreRateHz: 1e6 };
const NOTHING_LEFT = { capacityMax: 1, restoreRateHz: 1e-6 };

function breaking(options, limits = PLENTY, wrapped = store => store) {
  const store = new RedisBucketStore({ client, deadlineSecs: 5, prefix: 'bench', ...options });
  const limiter = new RateLimiter({ name: 'bench', limits, store: wrapped(store) });
  return { ask: () => limiter.check('hot'), close: () => store.close() };
}

function flexible(options) {
  const limiter = new RateLimiterRedis({
    storeClient: client,
    keyPrefix: 'flexible',
    duration: 86_400,
    ...options,
  });
  return { ask: () => limiter.consume('hot').catch(refused => refused), close() {} };
}

function rateLimitRedis() {
  const store = new RedisStore({ sendCommand: (command, ...args) => client.call(command, ...args) });
  store.init({ windowMs: 86_400_000 });
  return { ask: () => store.increment('hot'), close() {} };
}

const denyCache = store => new DenyCacheBucketStore({ store });

const MODES = {
  'an allowed key': {
    script: () => breaking({}),
    'script, enableAutoPipelining': () => breaking({ client: pipelining }),
    'lease of 10': () => breaking({ lease: { tokens: 10 } }),
    'lease of 50': () => breaking({ lease: { tokens: 50 } }),
    'lease of 200': () => breaking({ lease: { tokens: 200 } }),
    'rate-limiter-flexible': () => flexible({ points: 1e9 }),
    'rate-limit-redis': () => rateLimitRedis(),
  },
  'a refused key': {
    script: () => breaking({}, NOTHING_LEFT),
    'deny cache': () => breaking({}, NOTHING_LEFT, denyCache),
    'rate-limiter-flexible': () => flexible({ points: 1 }),
    'rate-limiter-flexible, inMemoryBlockOnConsumed': () =>
      flexible({ points: 1, inMemoryBlockOnConsumed: 1 }),
  },
};

/** CPU time in seconds that the server's main thread has used for decisions. */
async function serverCpuSecs() {
  const info = await admin.info('cpu');
  const secs = name => Number(new RegExp(`${name}:([\\d.]+)`).exec(info)?.[1]);
  return secs('used_cpu_sys') + secs('used_cpu_user');
}

async function round(make, callers) {
  await admin.flushdb();
  const { ask, close } = make();
  for (let i = 0; i < 200; i++) await ask();
  const micros = [];
  let decisions = 0;
  const serverBefore = await serverCpuSecs();
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  const end = began + ROUND_MS;
  const call = async () => {
    for (let i = 0, now = began; now < end; i++) {
      await ask();
      decisions += 1;
      if (i % TIMED !== 0) {
        if (i % TIMED === TIMED - 1) now = performance.now();
        continue;
      }
      const asked = performance.now();
      await ask();
      now = performance.now();
      micros.push((now - asked) * 1000);
      decisions += 1;
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  const secs = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const redisMicros = (((await serverCpuSecs()) - serverBefore) * 1e6) / decisions;
  await close();
  micros.sort((a, b) => a - b);
  const at = share => micros[Math.min(micros.length - 1, Math.floor(micros.length * share))];
  return {
    perSec: decisions / secs,
    p50: at(0.5),
    p99: at(0.99),
    nodeMicros: (user + system) / decisions,
    redisMicros,
  };
}

const shownMicros = micros => (micros < 10 ? micros.toFixed(1) : Math.round(micros).toLocaleString('en'));

for (const [key, modes] of Object.entries(MODES)) {
  for (const callers of [1, 64, 512]) {
    const rounds = Object.fromEntries(Object.keys(modes).map(name => [name, []]));
    for (let i = 0; i < ROUNDS; i++) {
      for (const [name, make] of Object.entries(modes)) rounds[name].push(await round(make, callers));
    }
    console.log(`\n${key}, ${callers} caller${callers === 1 ? '' : 's'}`);
    console.log('| | decisions a second | p50 µs | p99 µs | µs of Node | µs of Redis |');
    console.log('| --- | --- | --- | --- | --- | --- |');
    for (const [name, each] of Object.entries(rounds)) {
      const median = each.toSorted((a, b) => a.perSec - b.perSec)[Math.floor(ROUNDS / 2)];
      const cells = [
        Math.round(median.perSec).toLocaleString('en'),
        shownMicros(median.p50),
        shownMicros(median.p99),
        shownMicros(median.nodeMicros),
        median.redisMicros.toFixed(2),
      ];
      console.log(`| ${name} | ${cells.join(' | ')} |`);
    }
  }
}
await admin.flushdb();
for (const each of [admin, client, pipelining]) each.disconnect();
