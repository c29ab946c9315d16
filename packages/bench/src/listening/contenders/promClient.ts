import { heard, resultOf } from '../heard.js';
import type { ListeningContender } from '../listeningContender.js';

/** A counter of prom-client, called with each decision. */
export const contender: ListeningContender = {
  name: 'prom-client counter',
  role: 'peer',
  packages: ['prom-client'],
  async open() {
    const { Counter, Registry } = await import('prom-client');
    return () => {
      const counter = new Counter({
        name: 'decisions_total',
        help: 'decisions',
        labelNames: ['name', 'result', 'source'],
        registers: [new Registry()],
      });
      return heard(message =>
        counter.inc({ name: message.name, result: resultOf(message), source: message.source }),
      );
    };
  },
};
