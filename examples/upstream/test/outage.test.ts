import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { outage } from '../outage.js';
import { services } from '../services.js';

const strip = (states: readonly string[]) =>
  states.map(state => ({ closed: '-', open: 'X', halfOpen: '?' })[state]).join('');

// It opens in the first slow second. Probes wait 2, 4, 8, 8, ... seconds, and the first that works closes it.
const EXPECTED = [
  { upstream: 'healthy', admitted: 100, refused: 0, hits: 100, strip: '----------' },
  { upstream: 'slow', admitted: 7, refused: 93, hits: 7, strip: 'XX?XXX?XXX' },
  { upstream: 'failing', admitted: 1, refused: 99, hits: 1, strip: 'XXXX?XXXXX' },
  { upstream: 'dead', admitted: 1, refused: 99, hits: 0, strip: 'XX?XXXXXXX' },
  { upstream: 'healthy', admitted: 100, refused: 0, hits: 100, strip: '?---------' },
];

describe.each(services)('an outage of the upstream of a service on $name', service => {
  test('costs five failures and then single probes, whatever the failure', async () => {
    const phases = (await outage(service)).map(({ states, ...counts }) => ({
      ...counts,
      strip: strip(states),
    }));

    expect(phases).toEqual(EXPECTED);
  });
});

test('the README shows these numbers', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const shown = [...readme.matchAll(/^ {2}(\w+) +([-X?]{10}) +(\d+) +(\d+) +(\d+)$/gm)].map(
    ([, upstream, strip, ...counts]) => {
      const [admitted, refused, hits] = counts.map(Number);
      return { upstream, admitted, refused, hits, strip };
    },
  );

  expect(shown).toEqual(EXPECTED);
});
