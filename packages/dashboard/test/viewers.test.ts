import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { until } from '@breaking/testkit';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Viewers } from '../src/server/viewers.js';
import { listening, urlOf } from './mounted.js';

/** A server of events, and what it has sent. */
async function serving(event: () => string) {
  const told: string[] = [];
  const viewers = new Viewers({
    event,
    onFirst: () => void told.push('first'),
    onLast: () => void told.push('last'),
    everyMs: 5,
  });
  onTestFinished(() => viewers.close());
  const server = await listening(createServer((_req, res) => viewers.add(res)));
  return { viewers, told, url: urlOf(server) };
}

describe('viewers', () => {
  test('all get the same event, which one timer makes once', async () => {
    let made = 0;
    const timers = vi.spyOn(globalThis, 'setInterval');
    onTestFinished(() => timers.mockRestore());
    const { viewers, url } = await serving(() => `data: ${made++}\n\n`);
    const leaving = new AbortController();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => fetch(url, { signal: leaving.signal })),
    );
    const everyFiveMs = timers.mock.calls.filter(([, ms]) => ms === 5);
    const before = made;
    await until(() => made >= before + 5);

    expect(answers).toHaveLength(10);
    expect(viewers.size).toBe(10);
    expect(everyFiveMs).toHaveLength(1);
    leaving.abort();
    await until(() => viewers.size === 0);
  });

  test('start the events with the first and stop them with the last', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    let made = 0;
    const { told, url, viewers } = await serving(() => `data: ${made++}\n\n`);
    expect(told).toEqual([]);
    const leaving = new AbortController();
    await fetch(url, { signal: leaving.signal });
    expect(told).toEqual(['first']);
    const before = made;
    vi.advanceTimersByTime(5);
    expect(made).toBe(before + 1);
    leaving.abort();
    await until(() => viewers.size === 0);
    const after = made;
    vi.advanceTimersByTime(30);

    expect(told).toEqual(['first', 'last']);
    expect(made).toBe(after);
  });

  test('a viewer that stops reading is disconnected, and nothing is buffered for it', async () => {
    const event = `data: ${'x'.repeat(1_000_000)}\n\n`;
    let made = 0;
    const { viewers, url } = await serving(() => {
      made++;
      return event;
    });
    const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {});
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
    socket.pause();
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await until(() => made > 0);
    await until(() => viewers.size === 0);

    expect(made).toBeGreaterThan(10);
  });
});
