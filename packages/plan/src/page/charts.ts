import { rateText } from '../frontier/code.js';
import type { FrontierPoint } from '../frontier/frontier.js';
import type { SizeClass } from '../frontier/sizes.js';
import type { Suggestion } from '../frontier/suggestion.js';
import {
  chart,
  escaped,
  linearTicks,
  linearX,
  linearY,
  logTicks,
  logX,
  logY,
  place,
  shortNumber,
  type Tick,
  WIDTH,
  xAxis,
  yAxis,
} from './svg.js';
import type { Timeline } from './timeline.js';

/** The rates that are labelled on an axis. */
const NAMED_RATES = [1 / 86_400, 1 / 3600, 1 / 60, 1, 60, 1000, 1e5, 1e7];

/** Rate against burst, with a curve for each cover: above a curve, that share of the clients is never refused. */
export function frontierChart(points: readonly FrontierPoint[], suggested: Suggestion): string {
  const ascending = points.toSorted((a, b) => a.restoreRateHz - b.restoreRateHz);
  const rates = ascending.map(point => point.restoreRateHz);
  const covers = Object.keys(ascending[0]?.bursts ?? {});
  const { x, y, largest } = frontierScales(points);
  const named = NAMED_RATES.filter(rate => rate >= (rates[0] as number) && rate <= (rates.at(-1) as number));
  const ticks = (named.length > 1 ? named : rates).map(value => ({ value, text: rateText(value) }));

  const curves = covers.map((cover, i) => {
    const places = ascending.map(each => [x(each.restoreRateHz), y(each.bursts[cover] as number)] as const);
    const [startX = 0, startY = 0] = places[0] ?? [];
    const dots = places.map(
      ([left, top]) => `<circle class="dot" cx="${place(left)}" cy="${place(top)}" r="2.5"/>`,
    );
    return (
      `<g class="curve curve${i % 4}"><path d="M${places.map(each => each.map(place).join(' ')).join('L')}"/>${dots.join('')}` +
      `<text x="${place(startX) + 8}" y="${place(startY) - 7}">${escaped(cover.replace('%', ' %'))}</text></g>`
    );
  });
  const chosen =
    `<circle id="chosen" class="chosen" r="7" cx="${place(x(suggested.restoreRateHz))}" ` +
    `cy="${place(y(suggested.capacityMax))}"/>`;
  const axes =
    xAxis(x, ticks, 'rate, in tokens') + yAxis(y, logTicks({ from: 1, to: largest }), 'burst, in tokens');
  return chart(
    'The smallest burst at which clients are never refused, for each rate and share of them',
    axes + curves.join('') + chosen,
  );
}

/** The scales of that chart, and its largest burst. */
export function frontierScales(points: readonly FrontierPoint[]) {
  const rates = points.map(point => point.restoreRateHz);
  const largest = Math.max(2, ...points.flatMap(point => Object.values(point.bursts)));
  return {
    x: logX({ from: Math.min(...rates), to: Math.max(...rates) }),
    y: logY({ from: 1, to: largest }),
    largest,
  };
}

/** Requests per minute, with refused ones on top. */
export function timelineChart({ start, widthSecs, requests, refused }: Timeline): string {
  const perMinute = 60 / widthSecs;
  const averaged = widthSecs === 60 ? '' : `, averaged over ${spanText(widthSecs)}`;
  const most = Math.max(...requests) * perMinute;
  const end = start + widthSecs * requests.length;
  const x = linearX({ from: start, to: end });
  const y = linearY(most);
  const bars = (counts: Float64Array, from: Float64Array | undefined) =>
    [...counts.entries()]
      .filter(([, count]) => count > 0)
      .map(([i, count]) => {
        const base = (from?.[i] ?? 0) * perMinute;
        const [left, right] = [x(start + i * widthSecs), x(start + (i + 1) * widthSecs)].map(place) as [
          number,
          number,
        ];
        const [bottom, top] = [y(base), y(base + count * perMinute)].map(place) as [number, number];
        return `M${left} ${bottom}V${top}H${right}V${bottom}z`;
      })
      .join('');
  const allowed = requests.map((count, i) => count - (refused[i] as number));
  const axes =
    xAxis(x, timeTicks(start, end), 'UTC') + yAxis(y, linearTicks(most), `requests a minute${averaged}`);
  return chart(
    'Requests a minute, and those of them that would be refused',
    `${axes}<path class="allowed" d="${bars(allowed, undefined)}"/><path class="refused" d="${bars(refused, allowed)}"/>`,
  );
}

function spanText(secs: number): string {
  const [unit, name] = secs % 86_400 === 0 ? [86_400, 'd'] : secs % 3600 === 0 ? [3600, 'h'] : [60, 'min'];
  return `${shortNumber(secs / Number(unit))} ${name}`;
}

const STEPS = [60, 300, 900, 1800, 3600, 10_800, 21_600, 43_200, 86_400, 604_800, 2_592_000, 31_536_000];
const MOST_TIMES = 8;

function timeTicks(start: number, end: number): readonly Tick[] {
  const step = STEPS.find(each => (end - start) / each <= MOST_TIMES) ?? end - start;
  const ticks: Tick[] = [];
  for (let value = Math.ceil(start / step) * step; value <= end; value += step) {
    const iso = new Date(value * 1000).toISOString();
    ticks.push({
      value,
      text: step >= 86_400 ? iso.slice(5, 10) : `${iso.slice(8, 10)}. ${iso.slice(11, 16)}`,
    });
  }
  return ticks;
}

/** How many clients made how many requests, and their share of all requests. */
export function sizesChart(sizes: readonly SizeClass[]): string {
  const clients = sizes.reduce((sum, each) => sum + each.clients, 0);
  const requests = sizes.reduce((sum, each) => sum + each.requests, 0);
  const [top, left, right] = [30, 150, WIDTH - 30];
  const rowHeight = 24;
  const bar = (share: number, row: number, half: number, what: string) => {
    const y = place(top + row * rowHeight + (half * rowHeight) / 2);
    const width = place(share * (right - left));
    return `<rect class="${what}" x="${left}" y="${y}" width="${width}" height="${place(rowHeight / 2 - 2)}"/>`;
  };
  const rows = sizes.map((each, i) => {
    const y = place(top + i * rowHeight + rowHeight / 2 + 3);
    const label =
      each.from === each.to ? shortNumber(each.from) : `${shortNumber(each.from)}–${shortNumber(each.to)}`;
    return (
      `<text class="end" x="${left - 8}" y="${y}">${label}</text>` +
      bar(each.clients / clients, i, 0, 'allowed') +
      bar(each.requests / requests, i, 1, 'requests')
    );
  });
  const legend =
    `<text class="end title" x="${left - 8}" y="16">requests of a client</text>` +
    `<rect class="allowed" x="${left}" y="7" width="12" height="9"/><text x="${left + 18}" y="16">share of the clients</text>` +
    `<rect class="requests" x="${left + 170}" y="7" width="12" height="9"/><text x="${left + 188}" y="16">share of the requests</text>`;
  return chart(
    'How many clients made how many requests',
    legend + rows.join(''),
    top + sizes.length * rowHeight + 4,
  );
}
