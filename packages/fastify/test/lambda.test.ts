import breaking from '@breaking/fastify';
import { type GateUnderTest, type LambdaHandler, lambdaContract } from '@breaking/testkit';
import awsLambdaFastify from '@fastify/aws-lambda';
import Fastify, { type FastifyInstance } from 'fastify';
import serverlessHttp from 'serverless-http';

async function appOf(gate: GateUnderTest, statusOf: () => number): Promise<FastifyInstance> {
  const app = Fastify();
  await app.register(breaking, { [gate.kind]: gate.options });
  app.get('/', (_request, reply) => void reply.code(statusOf()).send('an answer'));
  await app.ready();
  return app;
}

lambdaContract('@fastify/aws-lambda and Fastify', async (gate, statusOf) => {
  return awsLambdaFastify(await appOf(gate, statusOf)) as unknown as LambdaHandler;
});

lambdaContract('serverless-http and Fastify', async (gate, statusOf) => {
  const app = await appOf(gate, statusOf);
  return serverlessHttp(app.routing as never) as unknown as LambdaHandler;
});
