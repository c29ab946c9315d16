const expected = require('./expected.json');
const { statuses } = require('./service.cjs');

test('limited and broken requests', async () => expect(await statuses()).toEqual(expected));
