import breaking, { perHour } from '@breaking/fastify';
import Fastify from 'fastify';

/**
 * @param {{
 *   isRight: (account: string, password: string) => boolean | Promise<boolean>,
 *   store?: import('@breaking/fastify').BucketStore,
 *   clock?: import('@breaking/fastify').Clock,
 * }} options
 */
export async function createApp({ isRight, store, clock }) {
  const app = Fastify();
  await app.register(breaking);

  // Only wrong passwords count, and answers that the client did not wait for: they may have been wrong as well.
  const refundWhen = ({ status = 401 }) => status !== 401;
  const shared = { refundWhen, store, clock };
  const byAddress = app.rateLimit({ name: 'login-address', ...perHour(100, { burst: 50 }), ...shared });
  const byAccount = app.rateLimit({
    name: 'login-account',
    ...perHour(10, { burst: 5 }),
    ...shared,
    keyOf: req => String(/** @type {any} */ (req.body).account),
  });

  // A preHandler, since the body is there only then.
  app.post('/login', { preHandler: [byAddress, byAccount] }, async (req, reply) => {
    const body = /** @type {any} */ (req.body);
    const account = String(body.account);
    const password = String(body.password);
    if (!(await isRight(account, password))) {
      return reply.code(401).send({ error: 'Wrong account or password.' });
    }
    await byAccount.limiter.reset(account);
    return { welcome: account };
  });
  return app;
}
