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

  // Only wrong passwords count. A 429 by the account's limit is no wrong password of its address.
  const refundWhen = ({ status = 500 }) => status !== 401;
  const shared = { refundWhen, store, clock };
  const byAddress = app.rateLimit({ name: 'login-address', ...perHour(100, { burst: 50 }), ...shared });
  const byAccount = app.rateLimit({
    name: 'login-account',
    ...perHour(10, { burst: 5 }),
    ...shared,
    keyOf: req => /** @type {any} */ (req.body).account,
  });

  // A preHandler, since the body is there only then.
  app.post('/login', { preHandler: [byAddress, byAccount] }, async (req, reply) => {
    const { account, password } = /** @type {any} */ (req.body);
    if (!(await isRight(account, password))) {
      return reply.code(401).send({ error: 'Wrong account or password.' });
    }
    await byAccount.limiter.reset(account);
    return { welcome: account };
  });
  return app;
}
