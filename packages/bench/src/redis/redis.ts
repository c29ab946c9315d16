import { Redis } from 'ioredis';
import type { Part } from '../part.js';
import { spread } from '../stats.js';
import { type Asked, KEYS, type RedisContender } from './redisContender.js';

const PLENTY = { capacityMax: 1e9, restoreRateHz: 1000 / 3600 };
const NEXT_TO_NOTHING = { capacityMax: 1, restoreRateHz: 1e-6 };
const ONE: Asked = { limits: { only: PLENTY }, cost: 1, isBlocked: false };

const RUNS: Readonly<Record<string, Asked>> = {
  'one limit': ONE,
  'two limits': { ...ONE, limits: { burst: PLENTY, hourly: { ...PLENTY, restoreRateHz: 10 / 3600 } } },
  refused: { ...ONE, limits: { only: NEXT_TO_NOTHING } },
  'cost 0': { ...ONE, cost: 0 },
  blocked: { ...ONE, isBlocked: true },
};

const CHUNKS = 20;

/**
 * The CPU time of a decision on the server that REDIS_URL names, which is emptied. Without REDIS_URL, this part has no
 * contenders. Commands of the same moment are sent together, so that the figure is for the command and not for the network.
 */
export const redis: Part<RedisContender> = {
  name: 'redis',
  title: 'CPU of Redis for one decision',
  family: 'redis',
  rounds: 5,
  runs: Object.keys(RUNS),
  takesPart: ({ can }, run) => process.env.REDIS_URL !== undefined && can(RUNS[run] as Asked),
  async measure(contender, run) {
    const client = new Redis(process.env.REDIS_URL as string);
    await client.flushdb();
    const decide = await contender.open(client, RUNS[run] as Asked);
    const askAll = () => Promise.all(KEYS.map(decide));
    for (let i = 0; i < 4; i++) await askAll();
    const micros: number[] = [];
    for (let i = 0; i < CHUNKS; i++) {
      const before = await cpuMicros(client);
      for (let j = 0; j < 4; j++) await askAll();
      micros.push(((await cpuMicros(client)) - before) / (4 * KEYS.length));
    }
    await client.flushdb();
    client.disconnect();
    return spread('us of the server', micros);
  },
};

/** The CPU time that the server has used so far. */
async function cpuMicros(client: Redis): Promise<number> {
  const info = await client.info('cpu');
  const secs = (name: string) => Number(new RegExp(`${name}:([\\d.]+)`).exec(info)?.[1]);
  return 1e6 * (secs('used_cpu_sys') + secs('used_cpu_user'));
}
