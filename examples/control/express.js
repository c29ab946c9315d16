import { rateLimit } from '@breaking/express';
import express from 'express';
import { adminCheck, operate } from './control.js';
import { ADMIN, API, client, customerOf, follow } from './service.js';

const isAdmin = adminCheck(process.env.ADMIN_TOKEN);
const api = rateLimit({ ...API, keyOf: req => customerOf(req.get('x-api-key')) });
const limiters = new Map([['api', api.limiter]]);
await follow(api.limiter);

/** @type {express.RequestHandler} */
const authorise = (req, res, next) => {
  if (isAdmin(req.get('authorization'))) next();
  else res.status(401).set('WWW-Authenticate', 'Bearer').end();
};

const app = express();
app.post('/admin/limits/:limit/:operation', rateLimit(ADMIN), authorise, express.json(), async (req, res) => {
  const { limit, operation } = /** @type {Record<string, string>} */ (req.params);
  const { status, body } = await operate(limiters.get(String(limit)), String(operation), req.body, client);
  res.status(status).json(body);
});
app.get('/items', api, (_req, res) => void res.json([]));
app.listen(3000);
