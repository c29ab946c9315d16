import { describe, expect, test } from 'vitest';
import { outage } from '../outage.js';
import { services } from '../services.js';

const strip = (states: readonly string[]) =>
  states.map(state => ({ closed: '-', open: 'X', halfOpen: '?' })[state]).join('');

describe.each(services)('an outage of the upstream of a service on $name', service => {
  // 500 real requests, some of which wait 50 ms for a slow upstream.
  test('costs five failures and then single probes, however it fails', { timeout: 30_000 }, async () => {
    const phases = (await outage(service)).map(({ states, ...counts }) => ({
      ...counts,
      strip: strip(states),
    }));

    // Opened in the first slow second; probes wait 2, 4, 8, 8, ... seconds, and the one that works closes it.
    expect(phases).toEqual([
      { upstream: 'healthy', admitted: 100, refused: 0, hits: 100, strip: '----------' },
      { upstream: 'slow', admitted: 7, refused: 93, hits: 7, strip: 'XX?XXX?XXX' },
      { upstream: 'failing', admitted: 1, refused: 99, hits: 1, strip: 'XXXX?XXXXX' },
      { upstream: 'dead', admitted: 1, refused: 99, hits: 1, strip: 'XX?XXXXXXX' },
      { upstream: 'healthy', admitted: 100, refused: 0, hits: 100, strip: '?---------' },
    ]);
  });
});
