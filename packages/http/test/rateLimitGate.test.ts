import { createHook } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import { type BucketStore, type Decision, MemoryBucketStore, MockClock, perSecond } from '@breaking/core';
import { isThenable } from '@breaking/core/internal';
import {
  type Binding,
  nodeExchange,
  RateLimitGate,
  type RateLimitOptions,
  type Refusal,
} from '@breaking/http';
import { describe, expect, test } from 'vitest';

/** The parts of a request and its response that a gate requires. */
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
  test('decides synchronously, without any promise, when nothing is asynchronous', () => {
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
    'decides asynchronously when %s does',
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

  test('sets header fields on a response that is not sent yet, and none after its headers are sent', () => {
    const [early, late] = [new FakeExchange(), new FakeExchange()];
    late.headersSent = true;
    const gate = gateOf();
    gate.admit(early);
    gate.admit(late);
    expect(Object.keys(early.fields)).toEqual(['RateLimit-Policy', 'RateLimit']);
    expect(late.fields).toEqual({});
    expect(late.decision?.limits[0]?.tokensLeft).toBe(0);
  });

  test.each([
    ['draft-11', { 'RateLimit-Policy': '"login";q=5;w=5', RateLimit: '"login";r=4;t=4' }],
    ['draft-7', { 'RateLimit-Policy': '5;w=5', RateLimit: 'limit=5, remaining=4, reset=4' }],
    ['draft-6', { 'RateLimit-Limit': '5', 'RateLimit-Remaining': '4' }],
    ['legacy', { 'X-RateLimit-Limit': '5', 'X-RateLimit-Remaining': '4' }],
  ] as const)('shows the quotas of limits that are set, in the fields of %s', (headers, expected) => {
    const login = gateOf({ name: 'login', headers });
    login.admit(new FakeExchange());
    login.limiter.limits = { capacityMax: 6, restoreRateHz: 1 };
    login.limiter.reset('ip:192.0.2.1');
    login.limiter.limits = { capacityMax: 5, restoreRateHz: 1 };
    const x = new FakeExchange();
    login.admit(x);
    expect(x.fields).toMatchObject(expected);
  });

  test('shows the names and quotas of several limits that replaced one, on refusals too', () => {
    const login = gateOf({ name: 'login' });
    login.limiter.limits = {
      burst: { capacityMax: 1, restoreRateHz: 1 },
      hourly: { capacityMax: 36, restoreRateHz: 0.01 },
    };
    const [first, second] = [new FakeExchange(), new FakeExchange()];
    login.admit(first);
    login.admit(second);
    const policy = '"burst";q=1;w=1, "hourly";q=36;w=3600';
    expect(first.fields).toMatchObject({ 'RateLimit-Policy': policy });
    expect(second.refusal?.headers).toMatchObject({ 'RateLimit-Policy': policy });
    expect(second.refusal?.body).toContain('"violated-policies":["burst"]');
  });

  test('shows a request in progress the quotas that decided it', async () => {
    const answers: (() => void)[] = [];
    const memory = new MemoryBucketStore();
    const store: BucketStore = {
      check: async (...args) => {
        const decision = memory.check(...args);
        await new Promise<void>(resolve => answers.push(resolve));
        return decision;
      },
      peek: async (...args) => memory.peek(...args),
      refund: async (...args) => memory.refund(...args),
      reset: async key => memory.reset(key),
    };
    const login = gateOf({ name: 'login', store, onStoreError: 'deny' });
    const [before, after] = [new FakeExchange(), new FakeExchange()];
    const entering = login.admit(before);
    await undefined;
    login.limiter.limits = { capacityMax: 5, restoreRateHz: 1 };
    const entered = login.admit(after);
    while (answers.length < 2) await undefined;
    for (const answer of answers) answer();
    expect(await Promise.all([entering, entered])).toEqual([true, true]);
    expect(before.fields['RateLimit-Policy']).toBe('"login";q=2;w=1');
    expect(after.fields['RateLimit-Policy']).toBe('"login";q=5;w=5');
  });

  test('leaves it to the adapter to send a refusal, and sets nothing itself', () => {
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

  test('does not watch the outcome unless an option uses it', () => {
    const [without, free, refunding] = [new FakeExchange(), new FakeExchange(), new FakeExchange()];
    gateOf().admit(without);
    gateOf({ refundWhen: () => true, costOf: () => 0 }).admit(free);
    gateOf({ refundWhen: () => true }).admit(refunding);
    expect([without, free, refunding].map(x => x.listenerCount('finish'))).toEqual([0, 0, 1]);
  });
});
