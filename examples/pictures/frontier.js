import { readFileSync } from 'node:fs';
import { frontier } from '@breaking/plan';
import { readAccessLog } from '../replay/accessLog.js';
import { picture } from './svg.js';

const [LEFT, RIGHT, TOP, BOTTOM] = [60, 780, 40, 250];
const COVERS = { '100%': 'failed', '99%': 'admitted', '95%': 'refused' };
const RATES = /** @type {const} */ ([
  [1 / 86_400, '1 a day'],
  [1 / 3600, '1 an hour'],
  [1 / 60, '1 a minute'],
  [1, '1 a second'],
]);
/** 10 a minute with a burst of 25. */
const SUGGESTED = { restoreRateHz: 10 / 60, burst: 25 };

/** For each rate, the smallest bursts that never refuse a share of the clients in the log of examples/replay. */
export function points() {
  const log = readFileSync(new URL('../replay/data/apache-access.log.gz', import.meta.url));
  return frontier(readAccessLog(log).map(({ client, timeSecs }) => ({ key: client, at: timeSecs })));
}

export function frontierPicture() {
  const shown = points().filter(({ restoreRateHz }) => restoreRateHz <= 10);
  const [slowest = 1, fastest = 1] = [shown.at(0), shown.at(-1)].map(point => point?.restoreRateHz);
  const largest = 500;
  const x = (/** @type {number} */ rate) =>
    tenths(LEFT + (Math.log(rate / slowest) / Math.log(fastest / slowest)) * (RIGHT - LEFT));
  const y = (/** @type {number} */ burst) =>
    tenths(BOTTOM - (Math.log(burst) / Math.log(largest)) * (BOTTOM - TOP));

  const lines = [
    '<text class="title" x="0" y="16">The smallest burst at which 95, 99 and 100 % of the clients are never refused</text>',
    `<text class="end" x="${RIGHT}" y="16">10,000 requests of 1,753 clients</text>`,
    `<path class="axis" d="M${LEFT} ${BOTTOM}H${RIGHT} ${RATES.map(([rate]) => `M${x(rate)} ${BOTTOM}v5`).join(' ')}"/>`,
    ...RATES.map(([rate, text]) => `<text class="middle" x="${x(rate)}" y="${BOTTOM + 20}">${text}</text>`),
    ...[1, 10, 100].map(burst => `<text class="end" x="${LEFT - 12}" y="${y(burst) + 4}">${burst}</text>`),
  ];
  for (const [cover, kind] of Object.entries(COVERS)) {
    const places = shown.map(({ restoreRateHz, bursts }) => [x(restoreRateHz), y(bursts[cover] ?? 1)]);
    lines.push(`<path class="${kind}" d="M${places.map(place => place.join(' ')).join('L')}"/>`);
    lines.push(
      `<text x="${(places[0]?.[0] ?? 0) + 6}" y="${(places[0]?.[1] ?? 0) - 7}">${cover.replace('%', ' %')}</text>`,
    );
  }
  const [left, top] = [x(SUGGESTED.restoreRateHz), y(SUGGESTED.burst)];
  lines.push(`<path class="admitted" d="M${left - 6} ${top}a6 6 0 1 0 12 0a6 6 0 1 0 -12 0"/>`);
  lines.push(`<text class="end" x="${left - 4}" y="${top + 24}">perMinute(10, { burst: 25 })</text>`);
  return picture(
    lines,
    BOTTOM + 30,
    'Rate against burst: at 10 a minute, a burst of 25 never refuses 99 % of the clients',
  );
}

/** @param {number} value */
function tenths(value) {
  return Math.round(value * 10) / 10;
}
