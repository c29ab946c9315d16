/**
 * `generator.js PORT RATE_HZ SECS HIGH_SHARE`: an open loop. Requests are sent at random moments that are chosen beforehand,
 * independent of earlier requests, and their times are counted from those moments.
 */
import { Agent, request } from 'node:http';
import { Random } from '@breaking/testkit/simulation';
import { PRIORITY } from './overloadContender.js';

/** The results of the requests of one priority. */
export interface Offered {
  offered: number;
  refused: number;
  /** Milliseconds until each 200 response. */
  readonly answeredMs: number[];
}

const [port = 0, rateHz = 1, secs = 1, highShare = 0] = process.argv.slice(2).map(Number);
/** A request without a response by then counts as unanswered. */
const GIVE_UP_MS = 15_000;
const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
const random = new Random(7);
const results: [low: Offered, high: Offered] = [
  { offered: 0, refused: 0, answeredMs: [] },
  { offered: 0, refused: 0, answeredMs: [] },
];

const pending: Promise<void>[] = [];
const start = performance.now() + 100;
for (let at = start; at < start + secs * 1000; at += random.exponential(1000 / rateHz)) {
  while (performance.now() < at) await new Promise(resolve => setTimeout(resolve, at - performance.now()));
  pending.push(ask(at, random.even() < highShare ? 1 : 0));
}
await Promise.all(pending);
process.send?.(results, () => process.exit());

function ask(at: number, priority: 0 | 1): Promise<void> {
  const of = results[priority];
  of.offered += 1;
  return new Promise(resolve => {
    const sent = request({ port, host: '127.0.0.1', agent, headers: { [PRIORITY]: String(priority) } });
    const giveUp = setTimeout(() => sent.destroy(), GIVE_UP_MS);
    sent.on('response', response => {
      response.resume().on('end', () => {
        if (response.statusCode === 200) of.answeredMs.push(performance.now() - at);
        else of.refused += 1;
      });
    });
    sent.on('error', () => {});
    sent.on('close', () => {
      clearTimeout(giveUp);
      resolve();
    });
    sent.end();
  });
}
