import { channel } from 'node:diagnostics_channel';
import { afterAll, expect, vi } from 'vitest';

// Test files run one after another in one process, so leftovers of one file would affect the next.

const CHANNELS = [
  'breaking:rate_limit:decision',
  'breaking:circuit_breaker:transition',
  'breaking:circuit_breaker:call',
  'breaking:concurrency_limit:decision',
  'breaking:store:error',
];
const SIGNALS = ['SIGINT', 'SIGTERM', 'uncaughtException', 'unhandledRejection'];

const heard = () => SIGNALS.map(name => [name, process.listenerCount(name)]);
const before = { heard: heard(), folder: process.cwd(), env: { ...process.env } };

afterAll(() => {
  expect(vi.isFakeTimers(), 'fake timers left behind').toBe(false);
  expect(
    CHANNELS.filter(name => channel(name).hasSubscribers),
    'channels with subscribers left behind',
  ).toEqual([]);
  expect({ heard: heard(), folder: process.cwd(), env: { ...process.env } }).toEqual(before);
});
