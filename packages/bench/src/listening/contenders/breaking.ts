import type { ListeningContender } from '../listeningContender.js';

export const contender: ListeningContender = {
  name: 'breaking',
  role: 'ours',
  packages: ['@breaking/metrics', 'prom-client'],
  async open() {
    const { collectInto } = await import('@breaking/metrics/prometheus');
    const { Registry } = await import('prom-client');
    return () => collectInto(new Registry());
  },
};
