import breaking, { perMinute } from '@breaking/fastify';
import Fastify from 'fastify';

const app = Fastify({ bodyLimit: 20_000_000 });
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_req, body, done) => done(null, body));
await app.register(breaking);

/** @type {import('fastify').onRequestAsyncHookHandler} */
const needLength = async (req, reply) => {
  if (Number.isSafeInteger(Number(req.headers['content-length']))) return;
  return reply.code(411).send({ error: 'Send Content-Length.' });
};
const limit = app.rateLimit({
  name: 'upload',
  ...perMinute(100_000, { burst: 20_000 }),
  costOf: req => Math.ceil(Number(req.headers['content-length']) / 1000),
});

app.post('/upload', { onRequest: [needLength, limit] }, async (req, reply) => {
  return reply.code(201).send({ bytes: /** @type {Buffer} */ (req.body).length });
});
await app.listen({ port: 3000 });
