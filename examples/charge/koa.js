import { perMinute, rateLimit } from '@breaking/koa';
import parse from 'co-body';
import Koa from 'koa';

const ESTIMATE = 100;

// In place of a model: it returns its prompt, and counts four characters as a token.
const answerTo = async (/** @type {string} */ prompt) => ({
  text: prompt,
  tokens: Math.ceil(prompt.length / 4),
});

const chat = rateLimit({ name: 'tokens', ...perMinute(10_000, { burst: 1000 }), costOf: () => ESTIMATE });

const app = new Koa();
app.use(chat);
app.use(async ctx => {
  const { prompt } = await parse.json(ctx.req);
  const { text, tokens } = await answerTo(String(prompt ?? ''));
  const key = await chat.keyOf(ctx);
  if (tokens > ESTIMATE) await chat.limiter.take(key, tokens - ESTIMATE);
  if (tokens < ESTIMATE) await chat.limiter.refund(key, ESTIMATE - tokens);
  ctx.body = { text, tokens };
});
app.listen(3000);
