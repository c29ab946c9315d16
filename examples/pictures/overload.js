import { ConcurrencyLimiter } from '@breaking/core';
import { Timeline } from './svg.js';

/** The service handles four requests at the same time, each in a second. Clients wait for three seconds. */
const PLACES = 4;
const WORK_SECS = 1;
const PATIENCE_SECS = 3;
const LIMIT = 8;
const TICK_SECS = 0.125;
const TO_SECS = 40;
/** Twice as many requests as the service can handle; before and after, three quarters of its capacity. */
const OVERLOAD = { from: 5, to: 15 };

/**
 * The results of the requests that arrived at these moments, in seconds.
 * @typedef {{ readonly inTime: number[], readonly late: number[], readonly refused: number[] }} Seen
 */

/**
 * The same requests to a service with a concurrency limit, and to one without.
 * @returns {{ limited: Seen, unlimited: Seen }}
 */
export function overload() {
  const limiter = new ConcurrencyLimiter({ limit: LIMIT });
  return { limited: served(() => limiter.tryAcquire()), unlimited: served(() => ({ success() {} })) };
}

/**
 * @param {() => { success(): void } | undefined} tryAcquire
 * @returns {Seen}
 */
function served(tryAcquire) {
  /** @type {Seen} */
  const seen = { inTime: [], late: [], refused: [] };
  /** @type {{ at: number, permit: { success(): void } }[]} */
  const waiting = [];
  /** @type {{ endsAt: number, permit: { success(): void } }[]} */
  const working = [];
  for (let now = 0; now < TO_SECS; now += TICK_SECS) {
    while (working[0] !== undefined && working[0].endsAt <= now) working.shift()?.permit.success();
    if (arrives(now)) {
      const permit = tryAcquire();
      if (permit === undefined) seen.refused.push(now);
      else waiting.push({ at: now, permit });
    }
    while (working.length < PLACES && waiting[0] !== undefined) {
      const { at, permit } = /** @type {typeof waiting[0]} */ (waiting.shift());
      const endsAt = now + WORK_SECS;
      working.push({ endsAt, permit });
      (endsAt - at <= PATIENCE_SECS ? seen.inTime : seen.late).push(at);
    }
  }
  seen.late.push(...waiting.map(({ at }) => at));
  return seen;
}

/**
 * @param {number} now
 * @returns {boolean} whether a request arrives: eight a second in the overload, else three
 */
function arrives(now) {
  const tick = now / TICK_SECS;
  return (now >= OVERLOAD.from && now < OVERLOAD.to) || tick % 8 === 0 || tick % 8 === 3 || tick % 8 === 6;
}

/** @returns {string} the picture */
export function overloadPicture() {
  const { limited, unlimited } = overload();
  const picture = new Timeline(0, TO_SECS);
  picture.title(
    'four requests a second at most; clients wait 3 s',
    'blue: answered in time, red: too late, short: refused',
  );
  picture.label(44, 'load');
  picture.spans('band failed', [[OVERLOAD.from, OVERLOAD.to]], 40);
  picture.text((OVERLOAD.from + OVERLOAD.to) / 2, 32, 'twice the capacity');
  for (const [y, name, { inTime, late, refused }] of /** @type {const} */ ([
    [96, 'no limit', unlimited],
    [150, `limit of ${LIMIT}`, limited],
  ])) {
    picture.label(y - 8, name);
    picture.strokes('admitted', inTime, y, 30);
    picture.strokes('failed', late, y, 30);
    picture.strokes('refused', refused, y, 6);
  }
  picture.axis(164, [0, 10, 20, 30, 40], secs => `${secs} s`);
  return picture.svg(190, 'An overload with and without a concurrency limit');
}
