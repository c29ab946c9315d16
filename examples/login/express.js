import { perHour, rateLimit } from '@breaking/express';
import express from 'express';

/** @type {express.RequestHandler} */
const credentials = (req, res, next) => {
  const { account, password } = req.body ?? {};
  if (typeof account !== 'string' || typeof password !== 'string') {
    return void res.status(400).json({ error: 'An account and a password are required.' });
  }
  // Written in one way, so that Eve, EVE and eve share their tries.
  req.body = { account: account.trim().toLowerCase(), password };
  next();
};

/**
 * @param {{ isRight: (account: string, password: string) => boolean | Promise<boolean>,
 *   store?: import('@breaking/express').BucketStore, clock?: import('@breaking/express').Clock }} options
 */
export function createApp({ isRight, store, clock }) {
  // Only wrong passwords count, and answers that the client did not wait for: they may have been wrong as well.
  const refundWhen = ({ status = 401 }) => status !== 401;
  const shared = { refundWhen, store, clock };
  const byAddress = rateLimit({ name: 'login-address', ...perHour(100, { burst: 50 }), ...shared });
  const byAccount = rateLimit({
    name: 'login-account',
    ...perHour(10, { burst: 5 }),
    ...shared,
    keyOf: req => req.body.account,
  });

  const app = express();
  app.post('/login', express.json(), credentials, byAddress, byAccount, async (req, res) => {
    const { account, password } = req.body;
    if (await isRight(account, password)) {
      await byAccount.limiter.reset(account);
      res.json({ welcome: account });
    } else res.status(401).json({ error: 'Wrong account or password.' });
  });
  return app;
}
