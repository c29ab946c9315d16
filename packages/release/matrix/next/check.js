import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import next from 'next';

// As `next start`, on a port that is free.
const app = next({ dev: false, quiet: true });
await app.prepare();
const server = createServer(app.getRequestHandler());
await new Promise(resolve => server.listen(0, resolve));

const answers = [];
for (const path of ['limited', 'limited', 'broken', 'broken']) {
  const answer = await fetch(`http://localhost:${server.address().port}/api/${path}`);
  answers.push([answer.status, answer.headers.has('retry-after')]);
}
assert.deepEqual(answers, [
  [200, false],
  [429, true],
  [500, false],
  [503, true],
]);
process.exit();
