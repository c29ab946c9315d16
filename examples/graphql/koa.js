import { perMinute, rateLimit } from '@breaking/koa';
import parseBody from 'co-body';
import { buildSchema, graphql, parse, visit } from 'graphql';
import Koa from 'koa';

const schema = buildSchema('type Book { title: String, author: String } type Query { books: [Book] }');
const rootValue = { books: () => [{ title: 'Emma', author: 'Austen' }] };

/** @param {string} query */
function fieldsIn(query) {
  let fields = 0;
  visit(parse(query), {
    Field() {
      fields += 1;
    },
  });
  return fields;
}

const app = new Koa();
app.use(async (ctx, next) => {
  const body = await parseBody.json(ctx.req, { limit: '20kb' });
  try {
    ctx.state.query = String(body.query);
    ctx.state.cost = fieldsIn(ctx.state.query);
  } catch {
    ctx.status = 400;
    ctx.body = { error: 'This is not a GraphQL query.' };
    return;
  }
  await next();
});
app.use(rateLimit({ name: 'graphql', ...perMinute(1000, { burst: 50 }), costOf: ctx => ctx.state.cost }));
app.use(async ctx => {
  ctx.body = await graphql({ schema, rootValue, source: ctx.state.query });
});
app.listen(3000);
