import { readFileSync } from 'node:fs';
import { statuses } from './service.js';

const expected = JSON.parse(readFileSync(new URL('expected.json', import.meta.url), 'utf8'));

test('limits requests and opens the breaker', async () => expect(await statuses()).toEqual(expected));
