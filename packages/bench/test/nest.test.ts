import { expect, test } from 'vitest';
import { contendersOf } from '../src/contender.js';
import { Exchange } from '../src/http/exchange.js';
import { application } from '../src/nest/application.js';
import type { NestContender } from '../src/nest/nestContender.js';

const contenders = await contendersOf<NestContender>('nest');
const LIMIT = { requests: 3, windowSecs: 3600 };

test.each(contenders.map(each => [each.name, each] as const))(
  '%s on NestJS lets through as many requests of each client as the limit allows, then refuses',
  async (_name, contender) => {
    const exchange = new Exchange(await application(contender, LIMIT), 2);

    expect(await exchange.statuses(6)).toEqual(new Map([[200, 6]]));
    expect(await exchange.statuses(4)).toEqual(new Map([[contender.role === 'floor' ? 200 : 429, 4]]));
  },
);
