import type { IncomingMessage, ServerResponse } from 'node:http';
import Anthropic from '@anthropic-ai/sdk';
import axios from 'axios';
import { GraphQLClient } from 'graphql-request';
import ky from 'ky';
import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { protect } from '../src/index.js';
import { type Behaviour, scriptedServer } from './scriptedServer.js';

const BUSY: Behaviour = [429, { 'Retry-After': '0' }];

function json(body: object): Behaviour {
  return (_req, res) =>
    void res.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

function events(list: readonly object[], end = ''): Behaviour {
  return (_req: IncomingMessage, res: ServerResponse) => {
    res.writeHead(200, { 'Content-Type': 'text/event-stream' });
    for (const each of list) {
      const name = (each as { type?: string }).type;
      res.write(`${name ? `event: ${name}\n` : ''}data: ${JSON.stringify(each)}\n\n`);
    }
    res.end(end);
  };
}

function protectedFetch() {
  return protect(fetch, {
    name: 'client',
    maxWaitSecs: 600,
    maxInFlight: 5,
    timeoutSecs: 600,
    breaker: { errorThreshold: 5, timeWindowSecs: 30 },
    retry: { attempts: 3, backoffSecs: 0.001 },
  });
}

const completion = {
  id: '1',
  object: 'chat.completion',
  created: 1,
  model: 'gpt',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'hello' } }],
};
const chunk = (content: string) => ({
  id: '1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'gpt',
  choices: [{ index: 0, delta: { content } }],
});

test('openai works and streams through a protected fetch, after a 429', async () => {
  const { url, times } = await scriptedServer([
    BUSY,
    json(completion),
    events([chunk('hel'), chunk('lo')], 'data: [DONE]\n\n'),
  ]);
  const client = new OpenAI({ apiKey: 'none', baseURL: url, fetch: protectedFetch(), maxRetries: 0 });
  const asked = { model: 'gpt', messages: [{ role: 'user' as const, content: 'hello?' }] };

  const answer = await client.chat.completions.create(asked);
  expect([answer.choices[0]?.message.content, times.length]).toEqual(['hello', 2]);
  let text = '';
  for await (const part of await client.chat.completions.create({ ...asked, stream: true })) {
    text += part.choices[0]?.delta.content ?? '';
  }
  expect(text).toBe('hello');
});

test('@anthropic-ai/sdk works and streams through a protected fetch, after a 429', async () => {
  const message = {
    id: '1',
    type: 'message',
    role: 'assistant',
    model: 'claude',
    content: [{ type: 'text', text: 'hello' }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 1, output_tokens: 1 },
  };
  const { url, times } = await scriptedServer([
    BUSY,
    json(message),
    events([
      { type: 'message_start', message: { ...message, content: [] } },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'hello' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 1 } },
      { type: 'message_stop' },
    ]),
  ]);
  const client = new Anthropic({ apiKey: 'none', baseURL: url, fetch: protectedFetch(), maxRetries: 0 });
  const asked = { model: 'claude', max_tokens: 10, messages: [{ role: 'user' as const, content: 'hello?' }] };

  const answer = await client.messages.create(asked);
  expect([answer.content[0], times.length]).toEqual([{ type: 'text', text: 'hello' }, 2]);
  expect(await client.messages.stream(asked).finalText()).toBe('hello');
});

test('ky works through a protected fetch, and leaves retries to it', async () => {
  const { url, times } = await scriptedServer([BUSY, json({ hello: 'ky' })]);
  const client = ky.create({ fetch: protectedFetch(), retry: 0 });

  expect(await client.get(url).json()).toEqual({ hello: 'ky' });
  expect(times.length).toBe(2);
});

test('graphql-request works through a protected fetch, which repeats its POST after a 429 alone', async () => {
  const { url, times } = await scriptedServer([BUSY, json({ data: { hello: 'graphql' } })]);
  const client = new GraphQLClient(url, { fetch: protectedFetch() });

  expect(await client.request('{ hello }')).toEqual({ hello: 'graphql' });
  expect(times.length).toBe(2);
});

test('axios works through a protected fetch by its fetch adapter', async () => {
  const { url, times } = await scriptedServer([BUSY, json({ hello: 'axios' })]);
  const client = axios.create({ adapter: 'fetch', env: { fetch: protectedFetch() } });

  expect((await client.get(url)).data).toEqual({ hello: 'axios' });
  expect(times.length).toBe(2);
});
