import breaking, { perMinute } from '@breaking/fastify';
import Fastify from 'fastify';

const ESTIMATE = 100;

// In place of a model: it returns its prompt, and counts four characters as a token.
const answerTo = async (/** @type {string} */ prompt) => ({
  text: prompt,
  tokens: Math.ceil(prompt.length / 4),
});

const app = Fastify();
await app.register(breaking);
const chat = app.rateLimit({ name: 'tokens', ...perMinute(10_000, { burst: 1000 }), costOf: () => ESTIMATE });

app.post('/chat', { onRequest: chat }, async req => {
  const body = /** @type {{ prompt?: unknown } | undefined} */ (req.body);
  const { text, tokens } = await answerTo(String(body?.prompt ?? ''));
  const key = await chat.keyOf(req);
  if (tokens > ESTIMATE) await chat.limiter.take(key, tokens - ESTIMATE);
  if (tokens < ESTIMATE) await chat.limiter.refund(key, ESTIMATE - tokens);
  return { text, tokens };
});
await app.listen({ port: 3000 });
