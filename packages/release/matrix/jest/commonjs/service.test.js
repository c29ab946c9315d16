const expected = require('./expected.json');
const { statuses } = require('./service.cjs');

test('limits requests and opens the breaker', async () => expect(await statuses()).toEqual(expected));
