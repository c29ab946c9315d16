import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { LimitReport, Result } from '../src/counting/limitCounts.js';
import { SHOWN_SECS, SLOT_SECS } from '../src/counting/recentRate.js';

const HEIGHT = 120;
const SERIES: readonly (readonly [Result, string, string])[] = [
  ['allowed', 'allowed', '--allowed'],
  ['refused', 'refused', '--refused'],
  ['wouldRefuse', 'would be refused', '--shadow'],
];

/** Ten minutes of rates. All charts have the same time axis. */
export function Chart({ perSecond }: { readonly perSecond: LimitReport['perSecond'] }) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>();

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
        cursor: { show: false },
        legend: { show: false },
        scales: {
          x: { time: false, range: [-SHOWN_SECS, 0] },
          y: { range: (_self, _min, max) => [0, Math.max(1, max)] },
        },
        axes: [
          {
            ...axis,
            values: (_self, ticks) => ticks.map(secs => (secs === 0 ? 'now' : `${secs / 60} min`)),
            splits: () => [-600, -480, -360, -240, -120, 0],
          },
          { ...axis, size: 44 },
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
  }, []);

  useEffect(() => {
    const length = perSecond.allowed.length;
    const times = Array.from({ length }, (_, i) => (i - length + 1) * SLOT_SECS);
    chart.current?.setData([times, ...SERIES.map(([result]) => [...perSecond[result]])]);
  }, [perSecond]);

  return <div class="chart" ref={place} aria-hidden="true" />;
}
