import { describe, expect, it } from 'vitest';
import { type AdapterUnderTest, sendOk } from '../adapterUnderTest.js';
import { heard } from '../observed.js';
import { fail, guardedServer } from './guardedServer.js';

/** There is one breaker for each key, and wrong options and keys are errors. */
export function keysContract(adapter: AdapterUnderTest): void {
  const keyOf = (req: unknown) => adapter.headerOf(req, 'x-upstream');

  describe('a circuit breaker with keys', () => {
    it('has one breaker for each key, and one for requests without a key', async () => {
      const server = await guardedServer(adapter, fail, { keyOf });
      for (let failures = 0; failures < 2; failures++) await server.get({ 'x-upstream': 'a' });
      server.handler = sendOk;
      expect((await server.get({ 'x-upstream': 'a' })).status).toBe(503);
      expect((await server.get({ 'x-upstream': 'b' })).status).toBe(200);
      expect((await server.get()).status).toBe(200);
    });

    it('accepts a key, or no key, from an asynchronous keyOf', async () => {
      const server = await guardedServer(adapter, fail, {
        keyOf: async req => keyOf(req),
        errorThreshold: 1,
      });
      await server.get({ 'x-upstream': 'a' });
      await server.get();
      server.handler = sendOk;
      for (const headers of [{ 'x-upstream': 'a' }, {}]) expect((await server.get(headers)).status).toBe(503);
      expect((await server.get({ 'x-upstream': 'b' })).status).toBe(200);
    });

    it('keeps long keys apart, and also keys that look like their digests', async () => {
      const keys = ['', 'undefined', `${'a'.repeat(5000)}1`, `${'a'.repeat(5000)}2`, 'constructor'];
      let key: string | undefined;
      const server = await guardedServer(adapter, fail, { keyOf: () => key, errorThreshold: 1 });
      for (key of [undefined, ...keys]) expect((await server.get()).status).toBe(500);
      for (key of [undefined, ...keys]) expect((await server.get()).status).toBe(503);
    });

    it('puts the key in its messages, and no key for requests without one', async () => {
      const transitions = heard('breaking:circuit_breaker:transition');
      const server = await guardedServer(adapter, fail, {
        keyOf: async req => keyOf(req),
        errorThreshold: 1,
      });
      await server.get({ 'x-upstream': '__proto__' });
      await server.get();
      expect(transitions.map(message => message.key)).toEqual(['__proto__', undefined]);
      expect(Object.keys(transitions[1] ?? {})).not.toContain('key');
    });

    it('uses the digits of numbers and bigints, and treats null as no key', async () => {
      const keys = [17, 17n, null, undefined];
      const server = await guardedServer(adapter, fail, { keyOf: () => keys.shift() });
      const transitions = heard('breaking:circuit_breaker:transition');
      for (let i = 0; i < 4; i++) await server.get();
      expect(transitions.map(({ key }) => key)).toEqual(['17', undefined]);
    });

    it.each<[string, () => unknown, RegExp]>([
      ['throws', () => thrown(new Error('boom')), /^boom$/],
      ['rejects', () => Promise.reject(new Error('boom')), /^boom$/],
      ['throws a string', () => thrown('route'), /a callback threw "route" instead of an Error$/],
      ['throws undefined', () => thrown(undefined), /threw undefined instead of an Error$/],
      ['rejects with undefined', () => Promise.reject(undefined), /threw undefined instead of an Error$/],
      ['returns no key', () => ({}), /^circuitBreaker\b.*: keyOf must return a string, .*, got an object/],
      [
        'resolves to no key',
        async () => true,
        /^circuitBreaker\b.*: keyOf must return a string, .*, got true$/,
      ],
    ])('takes the error path when keyOf %s, calls no handler, and goes on', async (_how, wrong, message) => {
      let isWrong = true;
      const server = await guardedServer(
        adapter,
        sendOk,
        { keyOf: () => (isWrong ? (wrong() as string) : undefined) },
        { errorHandler: (error, io) => io.send(500, (error as Error).message) },
      );
      const { status, body } = await server.served.get();
      expect(status).toBe(500);
      expect(body).toMatch(message);
      expect(server.handled).toBe(0);
      isWrong = false;
      expect((await server.get()).status).toBe(200);
      expect(server.outcomes).toEqual(['success']);
    });
  });

  describe('a wrong option of a circuit breaker stops the program', () => {
    it.each<[object, RegExp]>([
      [{ errorThreshold: 0 }, /circuitBreaker: errorThreshold must be .* got 0/],
      [{ errorThreshold: '5' }, /circuitBreaker: errorThreshold must be a number, got "5"/],
      [{ timeWindowSecs: -1 }, /circuitBreaker: timeWindowSecs must be > 0, got -1/],
      [{ timeWindowSecs: undefined }, /circuitBreaker: timeWindowSecs must be a number, got undefined/],
      [{ cooldownSecs: 40, cooldownMaxSecs: 39 }, /circuitBreaker: cooldownMaxSecs must be .* got 39/],
      [{ tolerableErrorRatio: 1 }, /circuitBreaker: tolerableErrorRatio must be .* got 1/],
      [{ jitter: -0.1 }, /circuitBreaker: jitter must be .* got -0.1/],
      [{ probeSuccesses: 1.5 }, /circuitBreaker: probeSuccesses must be .* got 1.5/],
      [{ isFailure: 'status' }, /circuitBreaker: isFailure must be a function, got "status"/],
      [{ keyOf: {} }, /circuitBreaker: keyOf must be a function, got an object/],
      [{ rejectWith: 'throw' }, /circuitBreaker: rejectWith must be .* got "throw"/],
      [{ enforce: 2, keyOf: () => 'a' }, /circuitBreaker: enforce must be from 0 to 1, got 2/],
      [{ enforce: 0.1 }, /circuitBreaker: enforce must be 0 or 1 without keyOf, got 0.1/],
      [{ errorTypes: [Error] }, /circuitBreaker: unknown option "errorTypes"/],
      [{ thresold: 5 }, /circuitBreaker: unknown option "thresold"/],
    ])('%j', async (options, message) => {
      const wrong = guardedServer(adapter, sendOk, options as never);
      await expect(wrong).rejects.toThrow(message);
    });
  });
}

function thrown(value: unknown): never {
  throw value;
}
