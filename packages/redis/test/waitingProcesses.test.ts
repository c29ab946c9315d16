import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { emptyServer } from './server/sharedServer.js';

const WAITER = fileURLToPath(new URL('waiter.js', import.meta.url));
const PROCESSES = 3;
const CALLERS = 100;
const LIMIT = { capacityMax: 20, restoreRateHz: 200 };

/** What one process saw. Times are those of the server, in microseconds. */
interface Report {
  readonly promised: readonly { readonly heardAt: number; readonly waitSecs: number }[];
  /** The numbers of its callers, in the order in which they proceeded. */
  readonly order: readonly number[];
  /** A time of the server shortly after each caller proceeded. */
  readonly wentAt: readonly number[];
}

async function message<T>(child: ChildProcess, told?: object): Promise<T> {
  const answer = once(child, 'message');
  if (told !== undefined) child.send(told);
  return (await answer)[0] as T;
}

test("100 callers in each of three processes wait for one key: in order, at the bucket's rate, and none too early", async () => {
  const { port } = await emptyServer();
  const children = Array.from({ length: PROCESSES }, () => fork(WAITER));
  onTestFinished(() => {
    for (const child of children) child.kill();
  });
  await Promise.all(children.map(child => message(child)));
  await Promise.all(children.map(child => message(child, { port, callers: CALLERS, limit: LIMIT })));
  const reports = await Promise.all(children.map(child => message<Report>(child, { go: true })));

  const inTurn = Array.from({ length: CALLERS }, (_, number) => number);
  for (const { order, promised, wentAt } of reports) {
    expect(order).toEqual(inTurn);
    expect(promised.length).toBe(CALLERS);
    // Whole microseconds: a moment between two is after the first.
    promised.forEach(({ heardAt, waitSecs }, i) => {
      expect(wentAt[i]).toBeGreaterThanOrEqual(Math.floor(heardAt + waitSecs * 1e6));
    });
  }

  const all = reports.flatMap(({ promised }) => promised).sort((a, b) => a.heardAt - b.heardAt);
  const begun = all[0]?.heardAt as number;
  const secs = all.map(({ heardAt, waitSecs }) => (heardAt - begun) / 1e6 + waitSecs);
  // In the order in which the server received them, across processes.
  expect(secs).toEqual([...secs].sort((a, b) => a - b));
  expect(mostAtOnce(secs)).toBeLessThanOrEqual(LIMIT.capacityMax + 0.001);
  // Nothing drains unused: while somebody waits, a token is given in each 200th of a second.
  const last = secs.at(-1) as number;
  expect(last).toBeLessThanOrEqual(
    (all.at(-1)!.heardAt - begun) / 1e6 + (PROCESSES * CALLERS) / LIMIT.restoreRateHz,
  );
  const took = (Math.max(...reports.flatMap(({ wentAt }) => wentAt)) - begun) / 1e6;
  expect(PROCESSES * CALLERS).toBeLessThanOrEqual(LIMIT.capacityMax + LIMIT.restoreRateHz * took + 0.001);
});

/** The most that any interval is promised beyond the refill of its length. */
function mostAtOnce(moments: readonly number[]): number {
  let [excess, most, last] = [0, 0, moments[0] as number];
  for (const moment of moments) {
    excess = Math.max(0, excess - (moment - last) * LIMIT.restoreRateHz) + 1;
    most = Math.max(most, excess);
    last = moment;
  }
  return most;
}
