/** The width of a chart, in units of its viewBox. */
export const WIDTH = 760;
export const HEIGHT = 340;
const LEFT = 64;
const RIGHT = 84;
const TOP = 16;
const BOTTOM = 44;

/** Converts a value to a position. */
export type Scale = (value: number) => number;

interface Range {
  readonly from: number;
  readonly to: number;
}

function scaled({ from, to }: Range, start: number, end: number): Scale {
  return value => start + ((value - from) / (to - from || 1)) * (end - start);
}

export function linearX(range: Range): Scale {
  return scaled(range, LEFT, WIDTH - RIGHT);
}

export function linearY(to: number): Scale {
  return scaled({ from: 0, to }, HEIGHT - BOTTOM, TOP);
}

export function logX({ from, to }: Range): Scale {
  const scale = linearX({ from: Math.log(from), to: Math.log(to) });
  return value => scale(Math.log(value));
}

export function logY({ from, to }: Range): Scale {
  const scale = scaled({ from: Math.log(from), to: Math.log(to) }, HEIGHT - BOTTOM, TOP);
  return value => scale(Math.log(value));
}

/** A label at a value of an axis. */
export interface Tick {
  readonly value: number;
  readonly text: string;
}

export function xAxis(scale: Scale, ticks: readonly Tick[], title: string): string {
  const bottom = HEIGHT - BOTTOM;
  const labels = ticks.map(({ value, text }) => {
    const x = place(scale(value));
    return `<path class="grid" d="M${x} ${TOP}V${bottom}"/><text class="middle" x="${x}" y="${bottom + 17}">${escaped(text)}</text>`;
  });
  const middle = (LEFT + WIDTH - RIGHT) / 2;
  return `${labels.join('')}<text class="middle title" x="${middle}" y="${HEIGHT - 6}">${escaped(title)}</text>`;
}

export function yAxis(scale: Scale, ticks: readonly Tick[], title: string): string {
  const labels = ticks.map(({ value, text }) => {
    const y = place(scale(value));
    return `<path class="grid" d="M${LEFT} ${y}H${WIDTH - RIGHT}"/><text class="end" x="${LEFT - 8}" y="${y + 4}">${escaped(text)}</text>`;
  });
  const middle = (TOP + HEIGHT - BOTTOM) / 2;
  return `${labels.join('')}<text class="middle title" transform="translate(14 ${middle}) rotate(-90)">${escaped(title)}</text>`;
}

/** 1, 2, 5, 10, … up to a value: at most about six of them. */
export function logTicks({ from, to }: Range): readonly Tick[] {
  const all: number[] = [];
  for (let power = 1; power <= to; power *= 10) all.push(power, 2 * power, 5 * power);
  const within = all.filter(value => value >= from && value <= to);
  const tens = within.filter(value => Number.isInteger(Math.log10(value)));
  return (within.length > 7 ? tens : within).map(tickOf);
}

/** About five round values from 0. */
export function linearTicks(to: number): readonly Tick[] {
  const rough = to / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find(factor => factor * power >= 0.8 * rough) ?? 10) * power;
  const ticks: Tick[] = [];
  for (let i = 0; i * step <= to; i++) ticks.push(tickOf(Number((i * step).toPrecision(12))));
  return ticks;
}

function tickOf(value: number): Tick {
  return { value, text: shortNumber(value) };
}

export function shortNumber(value: number): string {
  return value.toLocaleString('en', {
    notation: value >= 1e5 ? 'compact' : 'standard',
    maximumSignificantDigits: 4,
  });
}

/** A position, rounded to a tenth. */
export function place(value: number): number {
  return Math.round(value * 10) / 10;
}

export function chart(label: string, content: string, height = HEIGHT): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(label)}">` +
    `${content}</svg>`
  );
}

/** Escapes text for elements and attributes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, found => `&#${found.charCodeAt(0)};`);
}
