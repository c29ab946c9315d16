import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

import type { Part } from '../part.js';
import type { Offered } from './generator.js';
import type { OverloadContender } from './overloadContender.js';
import { SERVERS } from './servers.js';
import { Pool, Processor, type Service } from './services.js';

const GENERATOR = fileURLToPath(new URL('./generator.js', import.meta.url));
const SECS = 10;
/** Later responses are useless. */
const DEADLINE_MS = 500;

/** A load, as a multiple of the capacity of the service; a share of the requests may have the high priority. */
interface Load {
  readonly newService: () => Service;
  readonly times: number;
  readonly highShare: number;
}

const LOADS: Readonly<Record<string, Load>> = {
  '0.8 of the capacity': { newService: () => new Pool(), times: 0.8, highShare: 0 },
  'twice the capacity': { newService: () => new Pool(), times: 2, highShare: 0 },
  'three times, a tenth important': { newService: () => new Pool(), times: 3, highShare: 0.1 },
  'twice, CPU alone': { newService: () => new Processor(), times: 2, highShare: 0 },
};

/** A real server under an open loop of requests: how many responses arrive while they are useful. */
export const overload: Part<OverloadContender> = {
  name: 'overload',
  title: 'A server under more requests than it can do',
  family: 'overload',
  rounds: 1,
  runs: Object.keys(SERVERS).flatMap(framework => Object.keys(LOADS).map(load => `${framework}, ${load}`)),
  takesPart: (contender, run) => contender[frameworkOf(run)] !== undefined,
  async measure(contender, run) {
    const { newService, times, highShare } = LOADS[run.slice(run.indexOf(', ') + 2)] as Load;
    const service = newService();
    const server = createServer(await SERVERS[frameworkOf(run)](contender, service, highShare > 0));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const asked = [port, service.capacityHz * times, SECS, highShare].map(String);
    const generator = fork(GENERATOR, asked, { execArgv: [] });
    const [results] = (await once(generator, 'message')) as [readonly Offered[]];
    return measuredOf(results, service.capacityHz);
  },
};

function frameworkOf(run: string): keyof typeof SERVERS {
  return run.split(',')[0] as keyof typeof SERVERS;
}

function measuredOf(results: readonly Offered[], capacityHz: number) {
  const [, high] = results as [Offered, Offered];
  const offered = results.reduce((sum, each) => sum + each.offered, 0);
  const refused = results.reduce((sum, each) => sum + each.refused, 0);
  const answeredMs = results.flatMap(each => each.answeredMs).sort((a, b) => a - b);
  const inTime = answeredMs.filter(ms => ms <= DEADLINE_MS).length;
  const possible = Math.min(offered, capacityHz * SECS);
  return {
    '% of what is possible answered in 500 ms': (100 * inTime) / possible,
    'ms, 99th percentile of answers': answeredMs[Math.floor(answeredMs.length * 0.99)] ?? 0,
    '% refused': (100 * refused) / offered,
    ...(high.offered > 0 && {
      '% of the important answered in 500 ms':
        (100 * high.answeredMs.filter(ms => ms <= DEADLINE_MS).length) / high.offered,
    }),
  };
}
