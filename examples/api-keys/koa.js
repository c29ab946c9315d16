import { perMinute, rateLimit } from '@breaking/koa';
import Koa from 'koa';

const plans = { free: perMinute(60), paid: perMinute(1000, { burst: 200 }) };
const customers = new Map([
  ['key-of-ada', { id: 'ada', plan: plans.paid }],
  ['key-of-bob', { id: 'bob', plan: plans.free }],
]);

const app = new Koa();

// For every address, before the key is looked up. Only wrong keys count.
const isRightKey = ({ status = 401 }) => status !== 401;
app.use(rateLimit({ name: 'wrong keys', ...perMinute(30), refundWhen: isRightKey }));

app.use(async (ctx, next) => {
  ctx.state.customer = customers.get(ctx.get('X-API-Key'));
  if (ctx.state.customer !== undefined) return next();
  // Set, not thrown: ctx.throw(401) would drop the limit's header fields.
  ctx.status = 401;
  ctx.body = { error: 'Send your key in X-API-Key.' };
});

// For every customer, by plan.
app.use(
  rateLimit({
    name: 'plan',
    limits: plans.free,
    keyOf: ctx => ctx.state.customer.id,
    limitsOf: ctx => ctx.state.customer.plan,
    costOf: ctx => (ctx.path === '/search' ? 10 : 1),
  }),
);

app.use(ctx => {
  ctx.body = [];
});
app.listen(3000);
