import expected from './expected.json';
import { statuses } from './service.js';

test('limits requests and opens the breaker', async () => expect(await statuses()).toEqual(expected));
