import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import * as imported from '@breaking/core';
import { statuses } from './service.js';

const require = createRequire(import.meta.url);

assert.deepEqual(await statuses(), require('./expected.json'));
// Node has one instance for both formats.
assert.equal(require('@breaking/core').RateLimiter, imported.RateLimiter);
