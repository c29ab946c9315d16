import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { statuses } from './service.js';

const expected = JSON.parse(readFileSync(new URL('expected.json', import.meta.url), 'utf8'));

assert.deepEqual(await statuses(), expected);
