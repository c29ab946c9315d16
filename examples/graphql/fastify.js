import breaking, { perMinute } from '@breaking/fastify';
import Fastify from 'fastify';
import { buildSchema, graphql, parse, visit } from 'graphql';

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

/** @param {import('fastify').FastifyRequest} req */
const queryOf = req => String(/** @type {{ query?: unknown } | undefined} */ (req.body)?.query);

const app = Fastify({ bodyLimit: 20_000 });
await app.register(breaking);

/** @type {import('fastify').preHandlerAsyncHookHandler} */
const checkQuery = async (req, reply) => {
  try {
    parse(queryOf(req));
  } catch {
    return reply.code(400).send({ error: 'This is not a GraphQL query.' });
  }
};
const costOf = (/** @type {import('fastify').FastifyRequest} */ req) => fieldsIn(queryOf(req));
const limit = app.rateLimit({ name: 'graphql', ...perMinute(1000, { burst: 50 }), costOf });

// Both are preHandlers, since the body is parsed only then.
app.post('/graphql', { preHandler: [checkQuery, limit] }, async req => {
  return graphql({ schema, rootValue, source: queryOf(req) });
});
await app.listen({ port: 3000 });
