import { describe, expect, test } from 'vitest';
import { contendersOf } from '../src/contender.js';
import { Exchange } from '../src/http/exchange.js';
import { FRAMEWORKS, type FrameworkName } from '../src/http/frameworks.js';
import { open } from '../src/http/http.js';
import type { HttpContender } from '../src/http/httpContender.js';

const contenders = await contendersOf<HttpContender>('http');
const LIMIT = { requests: 3, windowSecs: 3600 };

/** Every framework with each contender that protects its handler from this. */
function all(guardsAgainst: HttpContender['guardsAgainst']) {
  const names = Object.keys(FRAMEWORKS) as readonly FrameworkName[];
  return names.flatMap(framework =>
    contenders
      .filter(contender => contender[framework] !== undefined && contender.guardsAgainst === guardsAgainst)
      .map(contender => [framework, contender.name, contender] as const),
  );
}

describe.each(all('requests'))('on %s, %s', (framework, _name, contender) => {
  test('lets through as many requests of each client as the limit allows, then refuses', async () => {
    const listener = await FRAMEWORKS[framework](contender, LIMIT, { failing: false });
    const exchange = new Exchange(listener, 2);

    expect(await exchange.statuses(6)).toEqual(new Map([[200, 6]]));
    expect(await exchange.statuses(4)).toEqual(new Map([[429, 4]]));
  });
});

describe.each(all('failures'))('on %s, %s', (framework, _name, contender) => {
  test('lets successes through, opens after failures, and then refuses', async () => {
    const handler = { failing: false };
    const exchange = new Exchange(await FRAMEWORKS[framework](contender, LIMIT, handler), 2);

    expect(await exchange.statuses(20)).toEqual(new Map([[200, 20]]));
    await open(exchange, handler);
    expect(await exchange.statuses(5)).toEqual(new Map([[503, 5]]));
  });
});

describe.each(all('nothing'))('on %s, %s', (framework, _name, contender) => {
  test('lets everything through', async () => {
    const listener = await FRAMEWORKS[framework](contender, LIMIT, { failing: false });

    expect(await new Exchange(listener, 1).statuses(10)).toEqual(new Map([[200, 10]]));
  });
});
