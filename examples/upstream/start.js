/** Shows how a circuit breaker reacts to an upstream that is healthy, slow, failing, dead, and healthy again. */
import { outage } from './outage.js';
import { services } from './services.js';

/** @type {Record<string, string>} */
const SIGNS = { closed: '-', open: 'X', halfOpen: '?' };

console.log('Each sign is one second of ten requests: - closed, X open, ? half-open (a probe).');
for (const service of services) {
  console.log(`\n${service.name.padEnd(9)} second by second  admitted  refused  upstream hits`);
  for (const { upstream, states, ...counts } of await outage(service)) {
    const strip = states.map(state => SIGNS[state]).join('');
    const [admitted, refused, hits] = [counts.admitted, counts.refused, counts.hits].map(String);
    console.log(
      `  ${upstream.padEnd(7)} ${strip.padEnd(16)} ${admitted?.padStart(9)} ${refused?.padStart(8)} ${hits?.padStart(14)}`,
    );
  }
}
console.log(
  '\nThe breaker stands in examples/upstream/stock.js, the upstream in examples/upstream/upstream.js.',
);
