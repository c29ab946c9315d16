import { expect, test } from 'vitest';
import expected from './expected.json';
import { statuses } from './service.js';

test('limited and broken requests', async () => expect(await statuses()).toEqual(expected));
