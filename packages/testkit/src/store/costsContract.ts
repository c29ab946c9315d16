import type { Reservation, Reservations, Want } from '@breaking/core';
import { describe, expect, test } from 'vitest';
import { limit, type Opened, type Using } from './opened.js';

/** The limits of a service that counts requests and tokens. */
const RPM = limit('rpm', 4, 2);
const TPM = limit('tpm', 1000, 100);
const BOTH = [RPM, TPM];

async function reserve(
  opened: Opened,
  costs: readonly Want['cost'][],
  { withdrawn = [] as readonly Reservation[], limits = BOTH, maxWaitSecs = 20 } = {},
): Promise<Reservations> {
  const wants = costs.map(cost => ({ limits, cost, maxWaitSecs }));
  const options = { earliest: -Infinity, withdrawn };
  const answer = await opened.store.reserve?.('key', wants, options, opened.now);
  if (answer === undefined) throw new Error('a store under this contract reserves');
  return answer;
}

function waits(opened: Opened, { made = [] }: Reservations): number[] {
  return made.map(({ at }) => Math.round((at - opened.now) * 1000) / 1000);
}

/** Reservations with a different number of tokens for each limit. */
export function costsContract(using: Using): void {
  describe('a cost for each limit', () => {
    test(
      'is taken of that limit only',
      using(async opened => {
        expect(waits(opened, await reserve(opened, [[1, 300]]))).toEqual([0]);
        expect(await opened.tokensLeft(BOTH)).toEqual([3, 700]);
        const { made } = await reserve(opened, [[600, 2]], { limits: [TPM, RPM] });
        expect(made?.[0]?.decision.limits.map(({ tokensLeft }) => tokensLeft)).toEqual([100, 1]);
        expect(await opened.tokensLeft(BOTH)).toEqual([1, 100]);
      }),
    );

    test(
      'waits for the limit that takes longest',
      using(async opened => {
        const answer = await reserve(opened, [
          [1, 900],
          [1, 400],
          [1, 100],
          [4, 0],
        ]);
        expect(waits(opened, answer)).toEqual([0, 3, 4, 4.5]);
        await opened.advanceBy(4.5);
        expect(await opened.tokensLeft(BOTH)).toEqual([0, 50]);
      }),
    );

    test(
      'of 0 does not change that bucket, and is never refused by it',
      using(async opened => {
        await opened.check([RPM], 4);
        const { made } = await reserve(opened, [
          [0, 1000],
          [0, 500],
        ]);
        expect(waits(opened, { made, movedSecs: 0 })).toEqual([0, 5]);
        expect((await opened.peek([RPM])).retryAfterSecs).toBeCloseTo(0.5, 4);
        await opened.advanceBy(0.5);
        expect((await opened.check([RPM])).allowed).toBe(true);
      }),
    );

    test(
      'that does not fit is refused, names the limit, and takes nothing of any limit',
      using(async opened => {
        await reserve(opened, [[1, 900]]);
        const late = await reserve(opened, [[1, 500]], { maxWaitSecs: 3.9 });
        expect(late.made?.[0]?.decision).toMatchObject({ allowed: false, violated: ['tpm'], blocked: false });
        expect(late.made?.[0]?.decision.retryAfterSecs).toBeCloseTo(4, 4);
        const never = await reserve(opened, [[5, 1]]);
        expect(never.made?.[0]?.decision).toMatchObject({ violated: ['rpm'], retryAfterSecs: Infinity });
        expect(await opened.tokensLeft(BOTH)).toEqual([3, 100]);
      }),
    );

    test(
      'is given back when the wait is aborted, even if a limit with cost 0 was used since',
      using(async opened => {
        const { made = [] } = await reserve(opened, [
          [0, 900],
          [0, 600],
        ]);
        await opened.check([RPM], 3);
        const again = await reserve(opened, [[1, 300]], { withdrawn: made });
        expect(waits(opened, again)).toEqual([0]);
        expect(await opened.tokensLeft(BOTH)).toEqual([0, 700]);
      }),
    );

    test(
      'is not given back if that limit was used since',
      using(async opened => {
        const { made = [] } = await reserve(opened, [[1, 900]]);
        await opened.check([RPM], 1);
        expect((await reserve(opened, [], { withdrawn: made })).made).toBeUndefined();
        expect(await opened.tokensLeft(BOTH)).toEqual([2, 100]);
      }),
    );

    test(
      'is never promised more of any limit than its capacity and its refill',
      using(async opened => {
        const costs = Array.from({ length: 20 }, (_, i): Want['cost'] => [(i * 7) % 3, (i * 370) % 800]);
        const { made = [] } = await reserve(opened, costs, { maxWaitSecs: 1000 });
        BOTH.forEach(({ capacityMax, restoreRateHz }, which) => {
          made.forEach((first, from) => {
            let sum = 0;
            made.slice(from).forEach(({ at }, i) => {
              sum += (costs[from + i] as readonly number[])[which] as number;
              expect(sum).toBeLessThanOrEqual(capacityMax + restoreRateHz * (at - first.at) + 0.01);
            });
          });
        });
      }),
    );
  });
}
