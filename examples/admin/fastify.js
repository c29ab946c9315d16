import { createHash, timingSafeEqual } from 'node:crypto';
import breaking, { perMinute } from '@breaking/fastify';
import Fastify from 'fastify';

const customers = new Map([['key-of-ada', 'ada']]);

const { ADMIN_TOKEN } = process.env;
if (!ADMIN_TOKEN) throw new Error('ADMIN_TOKEN must be set');
const digest = (/** @type {string} */ text) => createHash('sha256').update(text).digest();
const expected = digest(`Bearer ${ADMIN_TOKEN}`);

const app = Fastify();
const keyOf = (/** @type {import('fastify').FastifyRequest} */ req) =>
  customers.get(String(req.headers['x-api-key']));
await app.register(breaking, { rateLimit: { name: 'api', ...perMinute(5), keyOf } });

/** @type {import('fastify').onRequestAsyncHookHandler} */
const isAdmin = async (req, reply) => {
  // Digests have one length, and take the same time to compare wherever they differ.
  if (timingSafeEqual(digest(req.headers.authorization ?? ''), expected)) return;
  return reply.code(401).header('WWW-Authenticate', 'Bearer').send();
};
const onRequest = [app.rateLimit({ name: 'admin', ...perMinute(30) }), isAdmin];

app.route({
  method: ['GET', 'DELETE'],
  url: '/admin/limits/:limit/:key',
  // Not under the limit of customers.
  config: { rateLimit: false },
  onRequest,
  handler: async (req, reply) => {
    const { limit, key } = /** @type {{ limit: string, key: string }} */ (req.params);
    const limiter = app.breaking.limits.get(limit);
    if (limiter === undefined) return reply.code(404).send();
    if (req.method === 'GET') return limiter.peek(key);
    await limiter.reset(key);
    return reply.code(204).send();
  },
});
app.get('/items', async () => []);
await app.listen({ port: 3000 });
