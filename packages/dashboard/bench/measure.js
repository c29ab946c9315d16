// Measures the cost of one tick of the page, which all viewers share, and how much is sent to each viewer, if there is much
// to show:
//
//     npm run build && node packages/dashboard/bench/measure.js
//
// Times are the processor time of this process, which a loaded machine distorts less than elapsed time.
import { channel } from 'node:diagnostics_channel';
import { gzipSync } from 'node:zlib';
import { CircuitBreakerGroup, ConcurrencyLimiterGroup, perMinute, RateLimiter } from '@breaking/core';
import { keyIds, masking } from '../dist/masking.js';
import { Observation } from '../dist/server/observation.js';
import { snapshot } from '../dist/snapshot.js';
import { asWatch } from '../dist/watched.js';

const TICKS = 200;

/** @param {{ keys: number, breakers: number, tripped: number }} size */
function measured({ keys, breakers, tripped }) {
  const limiter = new RateLimiter({ name: 'api', limits: perMinute(1) });
  const group = new CircuitBreakerGroup({
    name: 'shops',
    errorThreshold: 1,
    timeWindowSecs: 600,
    maxKeys: 20_000,
  });
  const places = new ConcurrencyLimiterGroup({ name: 'tenants', limit: 4, maxKeys: 20_000 });
  const clock = { secondsSinceEpoch: () => performance.now() / 1000 };
  const watch = asWatch('watch', [limiter, group, places]);
  const observation = new Observation(watch, clock, true);
  for (let i = 0; i < breakers; i++) {
    const breaker = group.get(`https://shop-${i}.example.com`);
    // As many changes of each breaker as are kept.
    for (let change = 0; i < tripped && change < 30; change++) {
      breaker.trip();
      if (change < 29) breaker.reset();
    }
    places.get(`tenant ${i}`).tryAcquire();
  }
  for (let i = 0; i < 3 * keys; i++) limiter.check(`client ${i % keys}`);

  const rounds = { breakerRounds: new WeakMap(), placesRounds: new WeakMap() };
  const [mask, idOf] = [masking(), keyIds()];
  const tick = () => {
    const { history, counts, refusals, countedSince } = observation;
    const sources = { ...rounds, watched: watch(), history, counts, refusals, countedSince, mask, idOf };
    return JSON.stringify(snapshot(sources, clock.secondsSinceEpoch()));
  };
  const event = tick();
  const times = Array.from({ length: TICKS }, () => {
    const before = process.cpuUsage();
    tick();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  }).sort((a, b) => a - b);
  observation.close();
  if (channel('breaking:rate_limit:decision').hasSubscribers) throw new Error('Somebody still listens.');
  return {
    keys,
    breakers,
    'not closed': tripped,
    'kB an event': (event.length / 1000).toFixed(1),
    'kB gzip': (gzipSync(event).length / 1000).toFixed(1),
    'ms a tick, median': times[TICKS / 2]?.toFixed(2),
    'ms, 95 %': times[TICKS * 0.95]?.toFixed(2),
  };
}

console.table([
  measured({ keys: 100, breakers: 10, tripped: 1 }),
  measured({ keys: 100_000, breakers: 10_000, tripped: 20 }),
  measured({ keys: 100_000, breakers: 10_000, tripped: 10_000 }),
]);
