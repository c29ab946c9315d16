import breaking from '@breaking/fastify';
import Fastify from 'fastify';

const app = Fastify();
await app.register(breaking);

const pay = app.circuitBreaker({ name: 'pay', errorThreshold: 5, timeWindowSecs: 60 });
const shops = app.circuitBreaker({
  name: 'shops',
  errorThreshold: 2,
  timeWindowSecs: 60,
  keyOf: req => /** @type {{ shop: string }} */ (req.params).shop,
});
// Breakers of the plugin and of routes are in app.breaking.breakers.
const watched = [pay, shops];

app.get('/health', async () => {
  const open = [];
  for (const { breakers } of watched) {
    for (const [key, breaker] of breakers.entries()) {
      if (breaker.state === 'closed') continue;
      const retryAfterSecs = Number.isFinite(breaker.retryAfterSecs)
        ? Math.ceil(breaker.retryAfterSecs)
        : null;
      open.push({ name: breakers.name, key, state: breaker.state, retryAfterSecs });
    }
  }
  return { status: open.length === 0 ? 'ok' : 'degraded', open };
});

app.get('/pay', { onRequest: pay }, async () => 'paid');
app.get('/shops/:shop', { onRequest: shops }, async (req, reply) => {
  return reply.code(req.url === '/shops/down' ? 502 : 200).send();
});
await app.listen({ port: 3000 });
