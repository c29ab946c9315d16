import { describe } from 'vitest';
import type { AdapterUnderTest } from './adapterUnderTest.js';
import { companyContract } from './concurrencyLimit/companyContract.js';
import { handlingContract } from './concurrencyLimit/handlingContract.js';
import { http2Contract } from './concurrencyLimit/http2Contract.js';
import { keysContract } from './concurrencyLimit/keysContract.js';
import { latencyContract } from './concurrencyLimit/latencyContract.js';
import { refusalContract } from './concurrencyLimit/refusalContract.js';
import { releaseContract } from './concurrencyLimit/releaseContract.js';

/** The contract of concurrency limits for every adapter. */
export function concurrencyLimitContract(adapter: AdapterUnderTest): void {
  describe(`concurrency limits on ${adapter.name}`, () => {
    refusalContract(adapter);
    releaseContract(adapter);
    keysContract(adapter);
    latencyContract(adapter);
    handlingContract(adapter);
    companyContract(adapter);
    http2Contract(adapter);
  });
}
