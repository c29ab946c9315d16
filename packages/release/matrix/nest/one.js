const assert = require('node:assert/strict');
const { readdirSync } = require('node:fs');
const { sep } = require('node:path');

// A platform of Nest depends on one exact version of its framework. A second version would have its own types and
// instances.
const installed = readdirSync('node_modules', { recursive: true }).map(path => path.split(sep).join('/'));
for (const framework of ['express', 'fastify']) {
  const isOne = new RegExp(`^(.*/node_modules/)?${framework}/package\\.json$`);
  assert.deepEqual(
    installed.filter(path => isOne.test(path)),
    [`${framework}/package.json`],
  );
}
