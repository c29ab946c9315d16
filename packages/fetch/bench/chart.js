/**
 * The results of each contender, second by second: a panel for each, with the requests to its upstream and the served
 * requests of its clients.
 */

const WIDTH = 760;
const PANEL = 92;
const LEFT = 150;
const RIGHT = 12;
const TOP = 34;

/** The highest rate in the chart. Higher rates are cut off. */
const MOST = 900;

/**
 * @typedef {{ readonly name: string, readonly requests: readonly number[], readonly served: readonly number[] }} Row
 * @param {readonly Row[]} rows counts of each second
 * @param {readonly [number, number]} outage seconds
 */
export function chart(rows, outage) {
  const height = TOP + rows.length * PANEL + 30;
  const secs = rows[0]?.requests.length ?? 1;
  const x = (/** @type {number} */ at) => LEFT + (at / secs) * (WIDTH - LEFT - RIGHT);
  const panels = rows.map((row, i) => {
    const base = TOP + (i + 1) * PANEL - 12;
    const y = (/** @type {number} */ rate) => base - (Math.min(MOST, rate) / MOST) * (PANEL - 22);
    const line = (/** @type {readonly number[]} */ counts) =>
      counts
        .map((count, at) => `${at === 0 ? 'M' : 'L'}${x(at + 0.5).toFixed(1)} ${y(count).toFixed(1)}`)
        .join('');
    return `
  <text class="name" x="0" y="${base - 20}">${row.name}</text>
  <line class="axis" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${base}" y2="${base}"/>
  <line class="mark" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(200)}" y2="${y(200)}"/>
  <path class="requests" d="${line(row.requests)}"/>
  <path class="served" d="${line(row.served)}"/>`;
  });
  const ticks = [0, 30, 60, 90, 120].map(
    at => `<text class="tick" x="${x(at)}" y="${height - 12}">${at} s</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Requests that the upstream was sent, and answers that came in time, for each second">
  <style>
    text { font: 13px system-ui, sans-serif; fill: #57606a; }
    .name { font-weight: 600; }
    .tick { text-anchor: middle; }
    .outage { fill: #d1242f; opacity: 0.12; }
    .axis { stroke: #8c959f; stroke-width: 0.7; }
    .mark { stroke: #8c959f; stroke-width: 0.7; stroke-dasharray: 2 4; }
    path { fill: none; stroke-width: 1.6; stroke-linejoin: round; }
    .requests { stroke: #bf8700; }
    .served { stroke: #1a7f37; }
    @media (prefers-color-scheme: dark) { text { fill: #9198a1; } .requests { stroke: #d29922; } .served { stroke: #3fb950; } }
  </style>
  <rect class="outage" x="${x(outage[0])}" y="${TOP - 6}" width="${x(outage[1]) - x(outage[0])}" height="${rows.length * PANEL}"/>
  <path class="requests" d="M${LEFT} 14h22"/><text x="${LEFT + 28}" y="18">requests a second</text>
  <path class="served" d="M${LEFT + 170} 14h22"/><text x="${LEFT + 198}" y="18">served within 2 s</text>
  <text x="${LEFT + 340}" y="18">red: the outage; dotted: 200 a second</text>${panels.join('')}
  ${ticks.join('')}
</svg>
`;
}
