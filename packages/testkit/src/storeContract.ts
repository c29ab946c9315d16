import { describe } from 'vitest';
import { blockContract } from './store/blockContract.js';
import { changedLimitsContract } from './store/changedLimitsContract.js';
import { concurrencyContract } from './store/concurrencyContract.js';
import { costsContract } from './store/costsContract.js';
import { decisionContract } from './store/decisionContract.js';
import { keysContract } from './store/keysContract.js';
import { modelContract } from './store/modelContract.js';
import { numbersContract } from './store/numbersContract.js';
import { Opened } from './store/opened.js';
import { timeContract } from './store/timeContract.js';
import { waitContract } from './store/waitContract.js';
import { withdrawalContract } from './store/withdrawalContract.js';
import { wrongInputContract } from './store/wrongInputContract.js';
import type { StoreUnderTest } from './storeUnderTest.js';

/**
 * The contract of every store. Registers the tests for one store, in a group with its name. Each test opens a new store.
 * Answers are awaited, so stores may answer directly or with promises.
 * @param does.reserve whether it also implements `take`, `reserve`, `block` and `strike`
 */
export function storeContract(
  name: string,
  open: () => StoreUnderTest | Promise<StoreUnderTest>,
  does: { readonly reserve: boolean } = { reserve: true },
): void {
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
    if (does.reserve) {
      blockContract(using);
      waitContract(using);
      withdrawalContract(using);
      wrongInputContract(using);
      costsContract(using);
    }
  });
}
