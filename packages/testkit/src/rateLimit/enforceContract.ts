import { describe, expect, test } from 'vitest';
import type { AdapterUnderTest } from '../adapterUnderTest.js';
import { heard } from '../observed.js';
import { serve } from '../served.js';
import { limit, tokensOf, upTo } from './limit.js';

const USERS = Array.from({ length: 20 }, (_, i) => `user-${i}`);

/** Limits in shadow mode. */
export function enforceContract(adapter: AdapterUnderTest): void {
  describe('enforce: false', () => {
    test('counts and publishes, rejects no request and sets no fields', async () => {
      const messages = heard('breaking:rate_limit:decision');
      const served = await serve(adapter, { gates: [limit({ ...upTo(2), enforce: false })] });
      for (let i = 0; i < 4; i++) {
        const { status, headers } = await served.get();
        expect(status).toBe(200);
        expect(Object.keys(headers).filter(name => /ratelimit|retry-after/.test(name))).toEqual([]);
      }
      expect(messages.map(({ enforced }) => enforced)).toEqual([false, false, false, false]);
      expect(messages.map(({ decision }) => decision.allowed)).toEqual([true, true, false, false]);
      expect(messages.map(({ decision }) => tokensOf(decision))).toEqual([[1], [0], [0], [0]]);
    });

    test('does not change the fields of other limiters, even if those refuse', async () => {
      const shadow = limit({ ...upTo(1), name: 'shadow', enforce: false });
      const served = await serve(adapter, { gates: [shadow, limit({ ...upTo(2), name: 'real' }), shadow] });
      for (const left of ['1', '0', '0']) {
        expect((await served.get()).headers.ratelimit).toBe(`"real";r=${left};t=10`);
      }
      expect((await served.get()).body).toContain('"violated-policies":["real"]');
    });

    test('refunds nothing for what a real limiter would have refused', async () => {
      let asked = 0;
      const refundWhen = () => {
        asked++;
        return true;
      };
      const options = { ...upTo(1), enforce: false, costOf: () => 2, refundWhen };
      const served = await serve(adapter, { gates: [limit(options)] });
      expect((await served.get()).status).toBe(200);
      expect((await served.get()).status).toBe(200);
      expect(asked).toBe(0);
    });

    test('still sends a broken callback to the error path', async () => {
      const broken = () => {
        throw new Error('broken');
      };
      const served = await serve(adapter, { gates: [limit({ ...upTo(1), enforce: false, keyOf: broken })] });
      expect((await served.get()).status).toBe(500);
    });
  });

  describe('a share of enforce', () => {
    const rejected = async (enforce: number) => {
      const messages = heard('breaking:rate_limit:decision');
      const keyOf = (req: unknown) => adapter.headerOf(req, 'x-user');
      const served = await serve(adapter, {
        gates: [limit({ ...upTo(1), costOf: () => 2, keyOf, enforce })],
      });
      const users = [];
      for (const user of USERS) {
        const { status, headers } = await served.get({ 'X-User': user });
        const isRejected = status === 429;
        expect(headers.ratelimit !== undefined).toBe(isRejected);
        expect(messages.at(-1)?.enforced).toBe(isRejected);
        if (isRejected) users.push(user);
      }
      return users;
    };

    test('rejects a part of the keys, the same on every server', async () => {
      const some = await rejected(0.5);
      expect(some.length).toBeGreaterThan(USERS.length / 4);
      expect(some.length).toBeLessThan((USERS.length * 3) / 4);
      expect(await rejected(0.5)).toEqual(some);
    });

    test('includes the keys of a smaller share; 0 rejects no key and 1 every key', async () => {
      const [some, more] = [await rejected(0.25), await rejected(0.75)];
      expect(some).not.toEqual([]);
      expect(more).toEqual(expect.arrayContaining(some));
      expect(more.length).toBeGreaterThan(some.length);
      expect(await rejected(0)).toEqual([]);
      expect(await rejected(1)).toEqual(USERS);
    });
  });
}
