import { statuses } from './service.js';

const expected = JSON.stringify({
  express: [200, 429, 500, 503],
  koa: [200, 429, 500, 503],
  fastify: [200, 429, 500, 503],
  core: [true, false, 'open'],
});

statuses().then(answers => {
  if (JSON.stringify(answers) !== expected) throw new Error(JSON.stringify(answers));
});
