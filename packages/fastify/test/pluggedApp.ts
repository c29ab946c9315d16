import breaking, { type BreakingOptions } from '@breaking/fastify';
import Fastify, { type FastifyInstance, type HTTPMethods } from 'fastify';

/** An app with the plugin. */
export async function appWith(options: BreakingOptions = {}): Promise<FastifyInstance> {
  const app = Fastify();
  await app.register(breaking, options);
  return app;
}

/** What a client is told of its limits. */
export async function ask(app: FastifyInstance, url: string, method: HTTPMethods = 'GET') {
  const { statusCode, headers } = await app.inject({ method: method as 'GET', url });
  return { status: statusCode, policy: headers['ratelimit-policy'], limit: headers.ratelimit };
}
