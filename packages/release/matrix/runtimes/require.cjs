const assert = require('node:assert/strict');
const expected = require('./expected.json');
const { statuses } = require('./service.cjs');

statuses().then(answers => assert.deepEqual(answers, expected));
