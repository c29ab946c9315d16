import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'mocha';
import { statuses } from './service.js';

const expected = JSON.parse(readFileSync(new URL('expected.json', import.meta.url), 'utf8'));

it('limits requests and opens the breaker', async () => assert.deepEqual(await statuses(), expected));
