import { CircuitBreaker, MockClock } from '@breaking/core';
import { Timeline } from './svg.js';

const OPTIONS = { errorThreshold: 5, timeWindowSecs: 60 };
const OUTAGE = { from: 15, to: 100 };
const TO_SECS = 140;

/**
 * @typedef {object} Call
 * @property {number} at when it was made, in seconds
 * @property {'succeeded' | 'failed' | 'refused'} outcome
 * @property {boolean} isProbe
 */

/**
 * A call each second, which takes a second, during an outage of an upstream.
 * @returns {{ calls: Call[], states: { from: number, state: string }[] }}
 */
export function outage() {
  const clock = new MockClock();
  const states = [{ from: 0, state: 'closed' }];
  const breaker = new CircuitBreaker({
    ...OPTIONS,
    clock,
    onTransition: ({ to }) => void states.push({ from: clock.time, state: to }),
  });
  /** @type {Call[]} */
  const calls = [];
  while (clock.time < TO_SECS) {
    const at = clock.time;
    const isDown = at >= OUTAGE.from && at < OUTAGE.to;
    const permit = breaker.tryAcquire();
    const isProbe = breaker.state === 'halfOpen';
    clock.advanceBy(1);
    if (isDown) permit?.failure();
    else permit?.success();
    calls.push({ at, outcome: permit === undefined ? 'refused' : isDown ? 'failed' : 'succeeded', isProbe });
  }
  return { calls, states };
}

/** @returns {string} the picture */
export function outagePicture() {
  const { calls, states } = outage();
  const picture = new Timeline(0, TO_SECS);
  /** @param {string} outcome */
  const having = outcome => calls.filter(call => call.outcome === outcome).map(({ at }) => at);
  /** @param {string} wanted */
  const stretches = wanted =>
    states.flatMap(({ from, state }, i) =>
      state === wanted ? [/** @type {const} */ ([from, states[i + 1]?.from ?? TO_SECS])] : [],
    );

  picture.title(
    `${OPTIONS.errorThreshold} failures open it; a call each second`,
    'blue: answered, red: failed, short: refused',
  );
  picture.label(44, 'called service');
  picture.spans(
    'band admitted',
    [
      [0, OUTAGE.from],
      [OUTAGE.to, TO_SECS],
    ],
    40,
  );
  picture.spans('band failed', [[OUTAGE.from, OUTAGE.to]], 40);
  picture.text((OUTAGE.from + OUTAGE.to) / 2, 32, 'down');

  picture.label(88, 'calls');
  picture.strokes('admitted', having('succeeded'), 96, 30);
  picture.strokes('failed', having('failed'), 96, 30);
  picture.strokes('refused', having('refused'), 96, 6);
  for (const { at } of calls.filter(({ isProbe }) => isProbe)) picture.text(at, 62, 'probe');

  picture.label(128, 'breaker');
  picture.spans('band admitted', stretches('closed'), 124);
  picture.spans('band failed', stretches('open'), 124);
  picture.spans('band refused', stretches('halfOpen'), 124);
  for (const [from, to] of stretches('open')) picture.text((from + to) / 2, 146, `open ${to - from} s`);

  picture.axis(158, [0, 20, 40, 60, 80, 100, 120, 140], secs => `${secs} s`);
  return picture.svg(184, 'A circuit breaker over an outage: it opens, and probes after waits that grow');
}
