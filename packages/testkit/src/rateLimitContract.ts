import { describe } from 'vitest';
import type { AdapterUnderTest } from './adapterUnderTest.js';
import { decisionContract } from './rateLimit/decisionContract.js';
import { draft11Contract } from './rateLimit/draft11Contract.js';
import { headerFormatsContract } from './rateLimit/headerFormatsContract.js';
import { refusalContract } from './rateLimit/refusalContract.js';
import { requestKindsContract } from './rateLimit/requestKindsContract.js';

/** What rate limits promise over HTTP, whatever the framework: registers the tests for one adapter. */
export function rateLimitContract(adapter: AdapterUnderTest): void {
  describe(`${adapter.name}, rate limits:`, () => {
    refusalContract(adapter);
    draft11Contract(adapter);
    headerFormatsContract(adapter);
    decisionContract(adapter);
    requestKindsContract(adapter);
  });
}
