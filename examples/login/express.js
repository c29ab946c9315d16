import { perHour, rateLimit } from '@breaking/express';
import express from 'express';

/** @type {express.RequestHandler} */
const credentials = (req, res, next) => {
  const { account, password } = req.body ?? {};
  if (typeof account !== 'string' || typeof password !== 'string') {
    return void res.status(400).json({ error: 'An account and a password are required.' });
  }
  req.body = { account: account.trim().toLowerCase(), password }; // Eve and EVE are one account.
  next();
};

/** @param {any} options `isRight(account, password)`; optionally a `store` and a `clock` */
export function createApp({ isRight, store, clock }) {
  // Refunds the token unless the password was wrong, or the client left before the response.
  const shared = { refundWhen: ({ status = 401 }) => status !== 401, store, clock };
  const byAddress = rateLimit({ name: 'login-address', ...perHour(100, { burst: 50 }), ...shared });
  const keyOf = (/** @type {express.Request} */ req) => req.body.account;
  const byAccount = rateLimit({ name: 'login-account', ...perHour(10, { burst: 5 }), ...shared, keyOf });
  const app = express();
  app.post('/login', express.json(), credentials, byAddress, inTurn(), byAccount, async (req, res) => {
    const { account, password } = req.body;
    if (await isRight(account, password)) {
      await byAccount.limiter.reset(await byAccount.keyOf(req));
      res.json({ welcome: account });
    } else res.status(401).json({ error: 'Wrong account or password.' });
  });
  return app;
}

/** @returns {express.RequestHandler} optional: lets more than five right passwords of one account pass at the same time, in one process */
function inTurn() {
  const last = new Map();
  return ({ body: { account } }, res, next) => {
    const before = Promise.resolve(last.get(account));
    const turn = Promise.all([before, res.destroyed || new Promise(resolve => res.once('close', resolve))]);
    last.set(account, turn);
    turn.then(() => last.get(account) === turn && last.delete(account));
    before.then(() => next());
  };
}
