/** A figure for checking a change. */
export interface Row {
  readonly what: string;
  readonly part: string;
  readonly run: string;
  readonly metric: string;
  /** The goal. */
  readonly goal: number;
  /** The best peer. */
  readonly peer?: string;
}

const FASTIFY = '@fastify/rate-limit';
const FLEXIBLE = 'rate-limiter-flexible';
const ALLOWED = 'us over bare';
const CALL = 'ns over the bare call';

const row = (
  part: string,
  what: string,
  run: string,
  metric: string,
  goal: number,
  peer: string | undefined,
): Row => ({ what, part, run, metric, goal, ...(peer !== undefined && { peer }) });

const decision = (run: string, metric: string, goal: number) =>
  row('decision', `decision, ${run}, ${metric}`, run, metric, goal, FASTIFY);

const bytes = (of: string, run: string, goal: number) =>
  row('allocation', `bytes of a ${of}`, run, 'bytes', goal, FASTIFY);

const tier = (run: string, metric: string, goal: number) =>
  row('tiers', `tiers, ${run}, ${metric}, over fixed ones`, run, metric, goal, undefined);

const call = (state: string, goal: number, peer?: string) =>
  row('breaker', `breaker, ${state}, ns added`, `${state}, async`, CALL, goal, peer);

const request = (run: string, goal: number, peer?: string) =>
  row('http', `${run}, µs added`, run, ALLOWED, goal, peer);

const server = (run: string, goal: number) =>
  row('redis', `Redis, ${run}, µs of the server`, run, 'us of the server', goal, FLEXIBLE);

const leased = (run: string, metric: string, goal: number, peer?: string) =>
  row('leases', `leases, ${run}, ${metric}`, run, metric, goal, peer);

export const ROWS: readonly Row[] = [
  decision('hot key', 'ns allowed', 65),
  decision('hot key', 'ns refused', 100),
  decision('two keys', 'ns uniform', 85),
  decision('1 k keys', 'ns uniform', 100),
  decision('100 k keys', 'ns uniform', 150),
  decision('1 M keys', 'ns uniform', 250),
  decision('1 M keys', 'ns zipf', 170),
  bytes('decision', 'allowed', 100),
  bytes('refusal', 'refused', 120),
  {
    what: 'ioredis loaded, times as long',
    part: 'loaded',
    run: 'ioredis',
    metric: 'times as long',
    goal: 1.05,
  },
  tier('one limit', 'ns, limits kept', 15),
  tier('one limit', 'ns, limits made', 15),
  tier('two limits', 'ns, limits kept', 40),
  tier('two limits', 'ns, limits made', 40),
  call('closed', 30, 'cockatiel'),
  call('after one failure', 30, 'cockatiel'),
  call('a tolerable ratio of errors', 60),
  call('a subscriber', 300),
  {
    what: 'refused call, ns',
    part: 'breaker',
    run: 'refused, async',
    metric: 'ns',
    goal: 800,
    peer: 'cockatiel',
  },
  request('fastify, allowed', 1, FASTIFY),
  request('fastify, allowed, mapped', 1.1, FASTIFY),
  request('fastify, allowed, IPv6', 1.1, FASTIFY),
  request('fastify, refused', 1.6, FASTIFY),
  request('koa, allowed', 1.2, 'koa-ratelimit'),
  request('koa, refused', 1.9, 'koa-ratelimit'),
  request('express, allowed over three headers', 1),
  {
    what: 'spray of 2 M keys, ms of the longest turn',
    part: 'spray',
    run: '2 M keys',
    metric: 'ms of the slowest 1,000 keys',
    goal: 3,
  },
  server('one limit', 6.5),
  server('two limits', 8),
  server('refused', 4.5),
  server('cost 0', 4.5),
  server('blocked', 4.5),
  leased('50 hot keys, 50 tokens', 'ns', 1000, FLEXIBLE),
  leased('50 hot keys, 50 tokens', 'ns of Node', 1000, FLEXIBLE),
  leased('50 hot keys, 1000 tokens', 'ns', 500, FLEXIBLE),
  leased('50 hot keys, 50 tokens, gate', 'ns', 1000),
  leased('50 hot keys, 1000 tokens, gate', 'ns', 500),
  leased('10,000 cold keys', 'times as long', 1.03),
  leased('10,000 cold keys', 'times the CPU of Node', 1.03),
  leased('10,000 cold keys at random', 'times as long', 1.03),
  leased('10,000 cold keys at random', 'times the CPU of Node', 1.03),
  {
    what: 'import for Express, ms',
    part: 'loading',
    run: 'import',
    metric: 'ms',
    goal: 28,
    peer: 'express-rate-limit',
  },
  { what: 'core as published, files', part: 'loading', run: 'import', metric: 'files of core', goal: 60 },
  { what: 'core as published, kB', part: 'loading', run: 'import', metric: 'kB of core', goal: 350 },
];
