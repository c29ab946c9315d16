import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { within } from '../src/base/deadline.js';

test('an answer that came while the process stood still is in time', async () => {
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => port1.close());
  const answer = within('it', 0.005, once(port1, 'message'));
  port2.postMessage('here');
  // The answer has arrived, but is read long after the deadline.
  const until = performance.now() + 20;
  while (performance.now() < until);
  expect(await answer).toEqual(['here']);
});
