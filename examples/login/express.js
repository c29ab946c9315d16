import { perHour, rateLimit } from '@breaking/express';
import express from 'express';

/**
 * @param {{
 *   isRight: (account: string, password: string) => boolean | Promise<boolean>,
 *   store?: import('@breaking/express').BucketStore,
 *   clock?: import('@breaking/express').Clock,
 * }} options
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
    keyOf: req => String(req.body.account),
  });

  const app = express();
  app.post('/login', express.json(), byAddress, byAccount, async (req, res) => {
    const account = String(req.body.account);
    const password = String(req.body.password);
    if (await isRight(account, password)) {
      await byAccount.limiter.reset(account);
      res.json({ welcome: account });
    } else res.status(401).json({ error: 'Wrong account or password.' });
  });
  return app;
}
