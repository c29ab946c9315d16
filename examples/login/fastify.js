import breaking, { perHour } from '@breaking/fastify';
import Fastify from 'fastify';

const body = {
  type: 'object',
  required: ['account', 'password'],
  properties: { account: { type: 'string' }, password: { type: 'string' } },
};

/**
 * Eve, EVE and eve are one account.
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

  // Refunds the token unless the password was wrong, or the client left before the response.
  const refundWhen = ({ status = 401 }) => status !== 401;
  const shared = { refundWhen, store, clock };
  const byAddress = app.rateLimit({ name: 'login-address', ...perHour(100, { burst: 50 }), ...shared });
  const byAccount = app.rateLimit({
    name: 'login-account',
    ...perHour(10, { burst: 5 }),
    ...shared,
    keyOf: accountOf,
  });

  // Logins to the same account wait for each other, so that several correct passwords at the same time all pass.
  const last = new Map();
  /** @type {import('fastify').preHandlerAsyncHookHandler} */
  const inTurn = async (req, { raw }) => {
    const account = accountOf(req);
    const before = last.get(account);
    const closed = raw.destroyed || new Promise(resolve => raw.once('close', () => resolve(true)));
    const turn = Promise.all([before, closed]);
    last.set(account, turn);
    turn.then(() => last.get(account) === turn && last.delete(account));
    await before;
  };

  // Pre-handlers, since the body is parsed and validated only then.
  const preHandler = [byAddress, inTurn, byAccount];
  app.post('/login', { schema: { body }, preHandler }, async (req, reply) => {
    const account = accountOf(req);
    const { password } = /** @type {any} */ (req.body);
    if (!(await isRight(account, password))) {
      return reply.code(401).send({ error: 'Wrong account or password.' });
    }
    await byAccount.limiter.reset(await byAccount.keyOf(req));
    return { welcome: account };
  });
  return app;
}
