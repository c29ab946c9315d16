import { MockClock } from '@breaking/core';
import { close, listen } from '../servers.js';
import { createStock } from './stock.js';
import { createUpstream } from './upstream.js';

/** @type {readonly import('./upstream.js').Mode[]} */
const PHASES = ['healthy', 'slow', 'failing', 'dead', 'healthy'];
const SECS_PER_PHASE = 10;
const REQUESTS_PER_SEC = 10;

/**
 * The results while the upstream was in one mode.
 * @typedef {object} Phase
 * @property {string} upstream its mode
 * @property {string[]} states the breaker's state at the end of each second, or halfOpen if there was a probe in it
 * @property {number} admitted requests that the breaker admitted
 * @property {number} refused requests that were answered 503 without a call to the upstream
 * @property {number} hits requests that reached the upstream
 */

/**
 * Puts the upstream of a service through all its modes, and sends ten requests in each second of the breaker's clock.
 * Servers and sockets are real. Time is not: the clock is mocked, and a call to the slow upstream times out as soon as
 * it arrives there, so a minute passes at once and a busy machine changes nothing.
 * @param {(typeof import('./services.js').services)[number]} service
 * @returns {Promise<Phase[]>}
 */
export async function outage(service) {
  const clock = new MockClock();
  const upstream = createUpstream();
  let timeout = new AbortController();
  upstream.server.on('request', () => {
    if (upstream.mode === 'slow') timeout.abort(new DOMException('Time is up', 'TimeoutError'));
  });
  let isProbed = false;
  const stock = createStock(await listen(upstream.server), {
    timeout: () => {
      timeout = new AbortController();
      return timeout.signal;
    },
    clock,
    onTransition: ({ to }) => {
      isProbed ||= to === 'halfOpen';
    },
  });
  const server = await service.serve(stock);
  const url = `${await listen(server)}/stock/lamp`;

  /** @type {Phase[]} */
  const phases = [];
  for (const mode of PHASES) {
    upstream.turn(mode);
    const phase = { upstream: mode, states: /** @type {string[]} */ ([]), admitted: 0, refused: 0, hits: 0 };
    for (let second = 0; second < SECS_PER_PHASE; second++) {
      for (let request = 0; request < REQUESTS_PER_SEC; request++) {
        const { status } = await fetch(url);
        if (status === 503) phase.refused += 1;
        else phase.admitted += 1;
      }
      phase.states.push(isProbed ? 'halfOpen' : stock.breaker.state);
      isProbed = false;
      clock.advanceBy(1);
    }
    phase.hits = upstream.hits;
    phases.push(phase);
  }
  close(server);
  close(upstream.server);
  return phases;
}
