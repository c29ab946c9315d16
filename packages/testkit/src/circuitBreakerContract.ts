import { describe } from 'vitest';
import type { AdapterUnderTest } from './adapterUnderTest.js';
import { countingContract } from './circuitBreaker/countingContract.js';
import { keysContract } from './circuitBreaker/keysContract.js';
import { recoveryContract } from './circuitBreaker/recoveryContract.js';
import { refusalContract } from './circuitBreaker/refusalContract.js';
import { settlingContract } from './circuitBreaker/settlingContract.js';

/** What every adapter promises of circuit breakers. */
export function circuitBreakerContract(adapter: AdapterUnderTest): void {
  describe(`circuit breakers on ${adapter.name}`, () => {
    refusalContract(adapter);
    countingContract(adapter);
    settlingContract(adapter);
    recoveryContract(adapter);
    keysContract(adapter);
  });
}
