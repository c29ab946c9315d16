import breaking from '@breaking/fastify';
import Fastify from 'fastify';
import { adminCheck, operate } from './control.js';
import { ADMIN, API, client, customerOf, follow } from './service.js';

const isAdmin = adminCheck(process.env.ADMIN_TOKEN);
const app = Fastify();
await app.register(breaking, {
  rateLimit: { ...API, keyOf: req => customerOf(req.headers['x-api-key']) },
});
for (const limiter of app.breaking.limits.values()) await follow(limiter);

/** @type {import('fastify').onRequestAsyncHookHandler} */
const authorise = async (req, reply) => {
  if (isAdmin(req.headers.authorization)) return;
  return reply.code(401).header('WWW-Authenticate', 'Bearer').send();
};

app.post(
  '/admin/limits/:limit/:operation',
  // The limit of customers does not apply here.
  { config: { rateLimit: false }, onRequest: [app.rateLimit(ADMIN), authorise] },
  async (req, reply) => {
    const { limit, operation } = /** @type {{ limit: string, operation: string }} */ (req.params);
    const asked = /** @type {import('./control.js').Asked} */ (req.body);
    const { status, body } = await operate(app.breaking.limits.get(limit), operation, asked, client);
    // Fastify would send a string as plain text.
    return reply.code(status).type('application/json').send(JSON.stringify(body));
  },
);
app.get('/items', async () => []);
await app.listen({ port: 3000 });
