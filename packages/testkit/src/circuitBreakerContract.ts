import { describe } from 'vitest';
import type { AdapterUnderTest } from './adapterUnderTest.js';
import { countingContract } from './circuitBreaker/countingContract.js';
import { errorsContract } from './circuitBreaker/errorsContract.js';
import { http2Contract } from './circuitBreaker/http2Contract.js';
import { keysContract } from './circuitBreaker/keysContract.js';
import { recoveryContract } from './circuitBreaker/recoveryContract.js';
import { refusalContract } from './circuitBreaker/refusalContract.js';
import { rejectionContract } from './circuitBreaker/rejectionContract.js';
import { settlingContract } from './circuitBreaker/settlingContract.js';
import { streamsContract } from './circuitBreaker/streamsContract.js';

/** The contract of circuit breakers for every adapter. */
export function circuitBreakerContract(adapter: AdapterUnderTest): void {
  describe(`circuit breakers on ${adapter.name}`, () => {
    refusalContract(adapter);
    rejectionContract(adapter);
    countingContract(adapter);
    settlingContract(adapter);
    recoveryContract(adapter);
    streamsContract(adapter);
    errorsContract(adapter);
    keysContract(adapter);
    http2Contract(adapter);
  });
}
