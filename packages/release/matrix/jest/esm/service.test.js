import { readFileSync } from 'node:fs';
import { statuses } from './service.js';

const expected = JSON.parse(readFileSync(new URL('expected.json', import.meta.url), 'utf8'));

test('limited and broken requests', async () => expect(await statuses()).toEqual(expected));
