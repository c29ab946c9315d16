import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import type { LimitReport, Result } from '../src/counting/limitCounts.js';
import { recentMean } from '../src/counting/recentMean.js';
import { SHOWN_SECS, SLOT_SECS } from '../src/counting/recentRate.js';

const HEIGHT = 132;
/** The number of points of a line: completed slots. */
const SLOTS = SHOWN_SECS / SLOT_SECS - 1;
const SERIES: readonly (readonly [Result, string, string])[] = [
  ['allowed', 'allowed', '--allowed'],
  ['refused', 'refused', '--refused'],
  ['wouldRefuse', 'would be refused', '--between'],
];

interface Props {
  readonly perSecond: LimitReport['perSecond'];
  /** The time before that is not known, and left empty. */
  readonly countedForSecs: number;
}

/** Ten minutes of rates. All charts have the same time axis. */
export function Chart({ perSecond, countedForSecs }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>();
  const isDark = useDarkness();

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const style = getComputedStyle(element);
    const axis = {
      stroke: style.getPropertyValue('--quiet'),
      grid: { stroke: style.getPropertyValue('--line') },
    };
    const made = new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        padding: [8, 16, 0, 0],
        cursor: { show: false },
        legend: { show: false },
        scales: {
          x: { time: false, range: [-SHOWN_SECS, 0] },
          y: { range: (_self, _min, max) => [0, Math.max(1, 1.1 * max)] },
        },
        axes: [
          {
            ...axis,
            size: 28,
            values: (_self, ticks) => ticks.map(secs => (secs === 0 ? 'now' : `−${-secs / 60} min`)),
            splits: () => [-SHOWN_SECS, -SHOWN_SECS / 2, 0],
          },
          { ...axis, size: 44, space: 20 },
        ],
        series: [
          {},
          ...SERIES.map(([, label, color], i) => ({
            label,
            stroke: style.getPropertyValue(color),
            width: 1.5,
            ...(i > 0 && { dash: i === 1 ? [6, 2] : [2, 2] }),
          })),
        ],
      },
      [[], [], [], []],
      element,
    );
    chart.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
    };
    // The colours are those at the time of drawing.
  }, [isDark]);

  useEffect(() => {
    const times = Array.from({ length: SLOTS }, (_, i) => (i - SLOTS + 1) * SLOT_SECS);
    chart.current?.setData([
      times,
      ...SERIES.map(([result]) => line(perSecond[result], times, countedForSecs)),
    ]);
  }, [perSecond, countedForSecs, isDark]);

  return <div class="chart" ref={place} aria-hidden="true" />;
}

/**
 * The mean at the end of each slot. Before counting began, and before the oldest slot, it is not known. What never happened
 * has no line.
 */
function line(rates: readonly number[], times: readonly number[], countedForSecs: number): (number | null)[] {
  if (rates.length === 0) return times.map(() => null);
  return times.map((secs, slot) => {
    const knownForSecs = Math.min(countedForSecs + secs, (slot + 1) * SLOT_SECS);
    return knownForSecs < 0 ? null : recentMean(rates, knownForSecs, rates.length - SLOTS + slot + 1);
  });
}

const DARK = matchMedia('(prefers-color-scheme: dark)');

/** Whether the viewer currently prefers dark pages. */
function useDarkness(): boolean {
  const [isDark, setDark] = useState(DARK.matches);
  useEffect(() => {
    const changed = () => setDark(DARK.matches);
    DARK.addEventListener('change', changed);
    return () => DARK.removeEventListener('change', changed);
  }, []);
  return isDark;
}
