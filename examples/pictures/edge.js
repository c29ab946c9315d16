import { MockClock, perMinute, TokenBucket } from '@breaking/core';
import { Timeline } from './svg.js';

const PER_MINUTE = 10;
const FROM_SECS = 50;
const TO_SECS = 85;
/** The client sends two requests a second from here on, and continues when it is refused. */
const CLIENT_FROM_SECS = 55;

/**
 * The results of a client's requests.
 * @typedef {{ readonly admitted: number[], readonly refused: number[] }} Seen the moments, in seconds
 */

/**
 * The same requests with a counter that restarts every minute, and with a bucket of the same numbers.
 * @returns {{ fixedWindow: Seen, bucket: Seen }}
 */
export function edge() {
  const clock = new MockClock(CLIENT_FROM_SECS);
  const fixedWindow = { admitted: /** @type {number[]} */ ([]), refused: /** @type {number[]} */ ([]) };
  const bucket = { admitted: /** @type {number[]} */ ([]), refused: /** @type {number[]} */ ([]) };
  const counts = new Map();
  const tokens = new TokenBucket({ ...perMinute(PER_MINUTE), clock });

  for (; clock.time < TO_SECS; clock.advanceBy(0.5)) {
    const minute = Math.floor(clock.time / 60);
    const count = (counts.get(minute) ?? 0) + 1;
    counts.set(minute, count);
    (count <= PER_MINUTE ? fixedWindow.admitted : fixedWindow.refused).push(clock.time);
    (tokens.tryTake() ? bucket.admitted : bucket.refused).push(clock.time);
  }
  return { fixedWindow, bucket };
}

/** @returns {string} the picture */
export function edgePicture() {
  const { fixedWindow, bucket } = edge();
  const picture = new Timeline(FROM_SECS, TO_SECS);
  picture.title(
    `${PER_MINUTE} a minute; a client asks twice a second from 0:${CLIENT_FROM_SECS} on`,
    'long: let through, short: refused',
  );
  picture.strokes('edge', [60], 150, 124);
  row('fixed window', fixedWindow, 70);
  row('token bucket', bucket, 130);
  picture.axis(
    150,
    [50, 55, 60, 65, 70, 75, 80, 85],
    secs => `${Math.floor(secs / 60)}:${String(secs % 60).padStart(2, '0')}`,
  );
  return picture.svg(
    176,
    `Through the edge of a fixed window go ${early(fixedWindow)} requests in ten seconds, through a bucket ${early(bucket)}`,
  );

  /**
   * @param {string} name
   * @param {Seen} seen
   * @param {number} y
   */
  function row(name, seen, y) {
    picture.label(y - 12, name);
    picture.label(y + 4, `${early(seen)} in 10 s`);
    picture.strokes('admitted', seen.admitted, y, 30);
    picture.strokes('refused', seen.refused, y, 6);
  }
}

/**
 * @param {Seen} seen
 * @returns {number} how many were admitted in the ten seconds around the edge
 */
function early({ admitted }) {
  return admitted.filter(secs => secs < CLIENT_FROM_SECS + 10).length;
}
