import breaking, { type BreakingOptions } from '@breaking/fastify';
import Fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type HTTPMethods,
} from 'fastify';

/** An app with the plugin. */
export async function appWith(options: BreakingOptions = {}): Promise<FastifyInstance> {
  const app = Fastify();
  await app.register(breaking, options);
  return app;
}

export const ok = async () => 'ok';

export const broken = async (_request: FastifyRequest, reply: FastifyReply) => reply.code(500).send('broken');

/** What a client sees of its limits. */
export async function ask(app: FastifyInstance, url: string, method: HTTPMethods = 'GET') {
  const { statusCode, headers } = await app.inject({ method: method as 'GET', url });
  return { status: statusCode, policy: headers['ratelimit-policy'], limit: headers.ratelimit };
}

/** The statuses of these requests, each sent after the response to the previous one: `/url`, or `METHOD /url`. */
export async function statusesOf(app: FastifyInstance, ...requests: readonly string[]): Promise<number[]> {
  const statuses = [];
  for (const request of requests) {
    const [url = '/', method = 'GET'] = request.split(' ').reverse();
    statuses.push((await ask(app, url, method as HTTPMethods)).status);
  }
  return statuses;
}
