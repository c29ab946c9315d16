import { createHook } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import { type Decision, MockClock, perSecond } from '@breaking/core';
import { isThenable } from '@breaking/core/internal';
import {
  type Binding,
  nodeExchange,
  RateLimitGate,
  type RateLimitOptions,
  type Refusal,
} from '@breaking/http';
import { describe, expect, test } from 'vitest';

/** As little of a request and its response as a gate needs. */
class FakeExchange extends EventEmitter {
  readonly req = {};
  statusCode = 200;
  headersSent = false;
  writeHead(): void {}
  writableEnded = false;
  writableFinished = false;
  destroyed = false;
  readonly fields: Record<string, string> = {};
  decision: Decision | undefined;
  refusal: Refusal | undefined;
}

const binding: Binding<FakeExchange, object> = {
  requestOf: x => x.req,
  incomingOf: x => x.req,
  exchangeOf: x => nodeExchange(x.req, x),
  addressOf: () => '192.0.2.1',
  trustsAnyClient: () => false,
  isAnswered: x => x.headersSent,
  setHeader: (x, name, value) => {
    x.fields[name] = value;
  },
  setDecision: (x, decision) => {
    x.decision = decision;
  },
  send: (x, refusal) => {
    x.refusal = refusal;
  },
};

function gateOf(options: Partial<RateLimitOptions<object>> = {}) {
  return new RateLimitGate(binding, { ...perSecond(2), clock: new MockClock(), ...options } as never);
}

describe('a gate', () => {
  test('answers at once, and makes no promise on the way, where nothing is asynchronous', () => {
    const gate = gateOf({
      skip: () => false,
      keyOf: () => 'k',
      costOf: () => 1,
      limitsOf: () => perSecond(2),
      refundWhen: () => false,
      problem: () => 'no',
    });
    const kinds: string[] = [];
    const hook = createHook({ init: (_id, kind) => kinds.push(kind) }).enable();
    const exchanges = [1, 2, 3].map(() => new FakeExchange());
    const answers = exchanges.map(x => gate.admit(x));
    hook.disable();
    expect(answers).toEqual([true, true, false]);
    expect(exchanges[2]?.refusal).toMatchObject({ status: 429, body: 'no' });
    expect(kinds).not.toContain('PROMISE');
  });

  test.each(['skip', 'keyOf', 'costOf', 'limitsOf'] as const)(
    'answers later where %s does',
    async callback => {
      const values = { skip: false, keyOf: 'k', costOf: 1, limitsOf: perSecond(2) };
      const answer = gateOf({ [callback]: async () => values[callback] }).admit(new FakeExchange());
      expect(isThenable(answer)).toBe(true);
      await expect(answer).resolves.toBe(true);
    },
  );

  test('names its route in its error messages', () => {
    const wrong = () => new RateLimitGate(binding, { capacityMax: 0, restoreRateHz: 1 }, 'GET /');
    expect(wrong).toThrow(
      new RangeError('rateLimit of GET /: capacityMax must be a whole number from 1 to 1000000000000, got 0'),
    );
  });

  test('sets header fields of a response to come, and none of one that is on its way', () => {
    const [early, late] = [new FakeExchange(), new FakeExchange()];
    late.headersSent = true;
    const gate = gateOf();
    gate.admit(early);
    gate.admit(late);
    expect(Object.keys(early.fields)).toEqual(['RateLimit-Policy', 'RateLimit']);
    expect(late.fields).toEqual({});
    expect(late.decision?.limits[0]?.tokensLeft).toBe(0);
  });

  test('has the adapter send a refusal, and sets nothing itself', () => {
    const gate = gateOf();
    for (let i = 0; i < 2; i++) gate.admit(new FakeExchange());
    const x = new FakeExchange();
    expect(gate.admit(x)).toBe(false);
    expect(x).toMatchObject({ fields: {}, decision: { allowed: false } });
    expect(x.refusal).toEqual({
      status: 429,
      headers: {
        'Cache-Control': 'no-store',
        'Retry-After': '1',
        'RateLimit-Policy': '"default";q=2;w=1',
        RateLimit: '"default";r=0;t=1',
        'Content-Type': 'application/problem+json',
      },
      body: expect.stringContaining('"violated-policies":["default"]'),
    });
  });

  test('listens for no outcome that nobody asked for', () => {
    const [without, free, refunding] = [new FakeExchange(), new FakeExchange(), new FakeExchange()];
    gateOf().admit(without);
    gateOf({ refundWhen: () => true, costOf: () => 0 }).admit(free);
    gateOf({ refundWhen: () => true }).admit(refunding);
    expect([without, free, refunding].map(x => x.listenerCount('finish'))).toEqual([0, 0, 1]);
  });
});
