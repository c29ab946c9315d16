const assert = require('node:assert/strict');
const { readdirSync } = require('node:fs');

// Nest's platform brings the Fastify that the adapter is for; a second one would have types and instances of its own.
const found = readdirSync('node_modules', { recursive: true }).filter(path =>
  /(^|[\\/])fastify[\\/]package\.json$/.test(path),
);
assert.deepEqual(
  found.filter(path => !path.includes('@breaking')),
  ['fastify/package.json'],
);
