import { describe } from 'vitest';
import type { AdapterUnderTest } from './adapterUnderTest.js';
import { collectedContract } from './collectedContract.js';
import { contextContract } from './contextContract.js';
import { ownNotesContract } from './ownNotesContract.js';
import { bodiesContract } from './rateLimit/bodiesContract.js';
import { brokenCallbacksContract } from './rateLimit/brokenCallbacksContract.js';
import { callbacksContract } from './rateLimit/callbacksContract.js';
import { clientKeyContract } from './rateLimit/clientKeyContract.js';
import { decisionContract } from './rateLimit/decisionContract.js';
import { disconnectContract } from './rateLimit/disconnectContract.js';
import { draft11Contract } from './rateLimit/draft11Contract.js';
import { enforceContract } from './rateLimit/enforceContract.js';
import { headerFormatsContract } from './rateLimit/headerFormatsContract.js';
import { keysContract } from './rateLimit/keysContract.js';
import { leaksContract } from './rateLimit/leaksContract.js';
import { lockoutContract } from './rateLimit/lockoutContract.js';
import { refundContract } from './rateLimit/refundContract.js';
import { refusalContract } from './rateLimit/refusalContract.js';
import { rejectionContract } from './rateLimit/rejectionContract.js';
import { requestKindsContract } from './rateLimit/requestKindsContract.js';
import { saidAloudContract } from './rateLimit/saidAloudContract.js';
import { slowStoreContract } from './rateLimit/slowStoreContract.js';
import { storeErrorsContract } from './rateLimit/storeErrorsContract.js';
import { wrongOptionsContract } from './rateLimit/wrongOptionsContract.js';

/** The contract of rate limits over HTTP for every framework. Registers the tests for one adapter. */
export function rateLimitContract(adapter: AdapterUnderTest): void {
  describe(`${adapter.name}, rate limits:`, () => {
    refusalContract(adapter);
    draft11Contract(adapter);
    headerFormatsContract(adapter);
    decisionContract(adapter);
    requestKindsContract(adapter);
    clientKeyContract(adapter);
    callbacksContract(adapter);
    keysContract(adapter);
    bodiesContract(adapter);
    contextContract(adapter);
    brokenCallbacksContract(adapter);
    refundContract(adapter);
    disconnectContract(adapter);
    leaksContract(adapter);
    collectedContract(adapter);
    storeErrorsContract(adapter);
    saidAloudContract(adapter);
    slowStoreContract(adapter);
    rejectionContract(adapter);
    enforceContract(adapter);
    lockoutContract(adapter);
    wrongOptionsContract(adapter);
    ownNotesContract(adapter);
  });
}
