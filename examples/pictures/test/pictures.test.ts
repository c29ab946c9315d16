import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { edge, edgePicture } from '../edge.js';
import { frontierPicture, points } from '../frontier.js';
import { outage, outagePicture } from '../outage.js';
import { overload, overloadPicture } from '../overload.js';

const pictures = [
  { name: 'edge.svg', drawn: edgePicture() },
  { name: 'outage.svg', drawn: outagePicture() },
  { name: 'overload.svg', drawn: overloadPicture() },
  { name: 'frontier.svg', drawn: frontierPicture() },
];

test.each(pictures)('$name equals the output of node examples/pictures/draw.js', ({ name, drawn }) => {
  expect(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')).toBe(drawn);
});

test.each(pictures)('$name can be read on a light and on a dark background', ({ drawn }) => {
  const colours = [...new Set(drawn.match(/#[\da-f]{6}/g))];

  expect(colours).toHaveLength(3);
  for (const background of ['#ffffff', '#0d1117']) {
    for (const colour of colours) expect(contrast(colour, background)).toBeGreaterThan(4);
  }
});

test('a fixed window lets the burst through twice at its edge, a bucket once and the tokens that returned', () => {
  const { fixedWindow, bucket } = edge();
  const early = (moments: readonly number[]) => moments.filter(secs => secs < 65).length;

  expect(early(fixedWindow.admitted)).toBe(20);
  expect(early(bucket.admitted)).toBe(11);
});

test('an outage costs five failures and then single probes, further and further apart', () => {
  const { calls } = outage();

  expect(calls.filter(({ outcome }) => outcome === 'failed').map(({ at }) => at)).toEqual([
    ...[15, 16, 17, 18, 19],
    ...[32, 57, 88],
  ]);
  expect(calls.filter(({ isProbe }) => isProbe).map(({ at }) => at)).toEqual([32, 57, 88, 119]);
});

test('with a limit no response is late; without one they are late until long after the overload', () => {
  const { limited, unlimited } = overload();

  expect(limited.late).toEqual([]);
  expect(limited.refused.length).toBeGreaterThan(0);
  expect(limited.refused.every(secs => secs >= 5 && secs < 16)).toBe(true);
  expect(unlimited.refused).toEqual([]);
  expect(Math.max(...unlimited.late)).toBeGreaterThan(35);
});

test('at 10 a minute, a burst of 25 refuses nothing to 99 % of the clients of the log', () => {
  const point = points().find(({ restoreRateHz }) => restoreRateHz === 10 / 60);

  expect(point?.bursts).toEqual({ '95%': 4, '99%': 25, '100%': 99 });
});

/** WCAG 2.2's contrast ratio of two colours: 1 for the same, 21 for black and white. */
function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map(at => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
