import breaking, { perHour } from '@breaking/fastify';
import Fastify from 'fastify';

const body = {
  type: 'object',
  required: ['account', 'password'],
  properties: { account: { type: 'string' }, password: { type: 'string' } },
};

/**
 * An account is written in one way, so that Eve, EVE and eve share their tries.
 * @param {any} req
 */
const accountOf = req => req.body.account.trim().toLowerCase();

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
    keyOf: accountOf,
  });

  // A preHandler, since the body is there and checked only then.
  app.post('/login', { schema: { body }, preHandler: [byAddress, byAccount] }, async (req, reply) => {
    const account = accountOf(req);
    const { password } = /** @type {any} */ (req.body);
    if (!(await isRight(account, password))) {
      return reply.code(401).send({ error: 'Wrong account or password.' });
    }
    await byAccount.limiter.reset(account);
    return { welcome: account };
  });
  return app;
}
