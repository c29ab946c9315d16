import { perHour, rateLimit } from '@breaking/koa';
import parse from 'co-body';
import Koa from 'koa';

/**
 * @param {{
 *   isRight: (account: string, password: string) => boolean | Promise<boolean>,
 *   store?: import('@breaking/koa').BucketStore,
 *   clock?: import('@breaking/koa').Clock,
 * }} options
 */
export function createApp({ isRight, store, clock }) {
  // Refunds the token unless the password was wrong, or the client left before the response.
  const refundWhen = ({ status = 401 }) => status !== 401;
  const shared = { refundWhen, store, clock };
  const byAddress = rateLimit({ name: 'login-address', ...perHour(100, { burst: 50 }), ...shared });
  const byAccount = rateLimit({
    name: 'login-account',
    ...perHour(10, { burst: 5 }),
    ...shared,
    keyOf: ctx => ctx.state.login.account,
  });

  // Logins to the same account wait for each other, so that several correct passwords at the same time all pass.
  const last = new Map();
  /** @type {Koa.Middleware} */
  const inTurn = async (ctx, next) => {
    const { account } = ctx.state.login;
    const before = last.get(account);
    const closed = ctx.res.destroyed || new Promise(resolve => ctx.res.once('close', () => resolve(true)));
    const turn = Promise.all([before, closed]);
    last.set(account, turn);
    turn.then(() => last.get(account) === turn && last.delete(account));
    await before;
    return next();
  };

  const app = new Koa();
  app.use(async (ctx, next) => {
    const { account, password } = await parse.json(ctx.req);
    if (typeof account !== 'string' || typeof password !== 'string') {
      ctx.throw(400, 'An account and a password are required.');
    }
    // Eve, EVE and eve are one account.
    ctx.state.login = { account: account.trim().toLowerCase(), password };
    return next();
  });
  app.use(byAddress);
  app.use(inTurn);
  app.use(byAccount);
  app.use(async ctx => {
    const { account, password } = ctx.state.login;
    if (await isRight(account, password)) {
      await byAccount.limiter.reset(await byAccount.keyOf(ctx));
      ctx.body = { welcome: account };
    } else {
      ctx.status = 401;
      ctx.body = { error: 'Wrong account or password.' };
    }
  });
  return app;
}
