/**
 * Computes from the figures of modes.js and footprint.js what a large service needs: nodes, cores, memory and bytes, for keys
 * that are used evenly, and for keys of which few are used often (Zipf's law: the k-th key 1/k as often as the first).
 *
 *     node packages/redis/bench/onPaper.js
 */
const PROCESSES = 1000;
const KEYS = 1e8;
const LEASE = 50;
/** From modes.js, with 512 callers: CPU time in microseconds for one round trip. */
const REDIS_MICROS = 9;
const NODE_MICROS = 13;
/** From footprint.js, with one limit. */
const KEY_BYTES = 197;
const DECISION_BYTES = 231;
/** The planned CPU utilisation of each Redis node. */
const BUSY = 0.6;

/**
 * Round trips a second of one process for a key with this rate of requests. The process tries to hold what is used in a tenth
 * of a second, and asks again when half of that is gone. This assumes a lease for every key, although a process has at most
 * 10,000, and that no batch is refused.
 */
const trips = perSec => (perSec <= 10 ? perSec : Math.max(20, (2 * perSec) / LEASE));

/** Round trips a second for all keys, if each is used in this number of processes. */
function zipfTrips(perSec, processes) {
  let sum = 0;
  let harmonic = 0;
  for (let k = 1; k <= KEYS; k++) harmonic += 1 / k;
  for (let k = 1; k <= KEYS; k++) sum += trips(perSec / (k * harmonic * processes)) * processes;
  return sum;
}

const shown = (n, digits = 0) => n.toLocaleString('en', { maximumFractionDigits: digits });

console.log(`${shown(KEYS)} keys: ${shown((KEYS * KEY_BYTES) / 1e9)} GB\n`);
console.log(
  '| decisions a second | | round trips a second | cores of Redis | nodes for these cores | MB/s | share of a core in Node |',
);
console.log('| --- | --- | --- | --- | --- | --- | --- |');
for (const perSec of [1e5, 1e7]) {
  for (const [what, roundTrips] of [
    ['each asks the store', perSec],
    [`leases of ${LEASE}, Zipf, any process`, zipfTrips(perSec, PROCESSES)],
    [`leases of ${LEASE}, Zipf, one process for each key`, zipfTrips(perSec, 1)],
  ]) {
    const cores = (roundTrips * REDIS_MICROS) / 1e6;
    const cells = [
      shown(perSec),
      what,
      shown(roundTrips),
      shown(cores, 1),
      shown(Math.ceil(cores / BUSY)),
      shown((roundTrips * DECISION_BYTES) / 1e6),
      shown((roundTrips * NODE_MICROS) / 1e6 / PROCESSES, 4),
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}
const hot = 1e6;
console.log(`\nOne key, ${shown(hot)} a second over ${shown(PROCESSES)} processes:`);
console.log(
  `  each asks the store: ${shown((hot * REDIS_MICROS) / 1e6, 1)} cores of one node, which has one for this`,
);
const leased = trips(hot / PROCESSES) * PROCESSES;
console.log(
  `  leases of ${LEASE}: ${shown(leased)} round trips a second, ${shown((leased * REDIS_MICROS) / 1e6, 2)} cores`,
);
