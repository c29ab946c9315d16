import breaking, { perMinute } from '@breaking/fastify';
import Fastify from 'fastify';

const plans = { free: perMinute(60), paid: perMinute(1000, { burst: 200 }) };
const customers = new Map([
  ['key-of-ada', { id: 'ada', plan: plans.paid }],
  ['key-of-bob', { id: 'bob', plan: plans.free }],
]);
/** @param {import('fastify').FastifyRequest} req */
const customerOf = req => customers.get(String(req.headers['x-api-key']));

const app = Fastify();

// Without options, the plugin adds no limits. The hooks run in this order.
await app.register(breaking);

// For every address, before the key is looked up. Only wrong keys count.
const isRightKey = ({ status = 401 }) => status !== 401;
app.addHook('onRequest', app.rateLimit({ name: 'wrong keys', ...perMinute(30), refundWhen: isRightKey }));

app.addHook('onRequest', async (req, reply) => {
  if (customerOf(req) === undefined) return reply.code(401).send({ error: 'Send your key in X-API-Key.' });
});

// For every customer, by plan.
app.addHook(
  'onRequest',
  app.rateLimit({
    name: 'plan',
    limits: plans.free,
    keyOf: req => customerOf(req)?.id,
    limitsOf: req => customerOf(req)?.plan ?? plans.free,
    costOf: req => (req.routeOptions.url === '/search' ? 10 : 1),
  }),
);

app.get('/items', async () => []);
app.get('/search', async () => []);
await app.listen({ port: 3000 });
