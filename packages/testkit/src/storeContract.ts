import { describe } from 'vitest';
import { changedLimitsContract } from './store/changedLimitsContract.js';
import { concurrencyContract } from './store/concurrencyContract.js';
import { decisionContract } from './store/decisionContract.js';
import { keysContract } from './store/keysContract.js';
import { modelContract } from './store/modelContract.js';
import { numbersContract } from './store/numbersContract.js';
import { Opened } from './store/opened.js';
import { timeContract } from './store/timeContract.js';
import type { StoreUnderTest } from './storeUnderTest.js';

/**
 * What every store promises: registers the tests for one, in a group of its name. Each test opens a store of its own.
 * Answers are awaited, so that stores that answer at once and stores that answer with promises pass the same tests.
 */
export function storeContract(name: string, open: () => StoreUnderTest | Promise<StoreUnderTest>): void {
  const using = (body: (opened: Opened) => Promise<void>) => async () => {
    const under = await open();
    try {
      await body(new Opened(under));
    } finally {
      await under.close();
    }
  };
  describe(`${name}, as a store:`, () => {
    decisionContract(using);
    concurrencyContract(using);
    timeContract(using);
    changedLimitsContract(using);
    keysContract(using);
    numbersContract(using);
    modelContract(using);
  });
}
