import { circuitBreaker, rateLimit } from '@breaking/koa';
import { type GateUnderTest, type LambdaHandler, lambdaContract } from '@breaking/testkit';
import { configure } from '@codegenie/serverless-express';
import Koa from 'koa';
import serverlessHttp from 'serverless-http';

function appOf(gate: GateUnderTest, statusOf: () => number): Koa {
  const app = new Koa();
  app.use(gate.kind === 'rateLimit' ? rateLimit(gate.options) : circuitBreaker(gate.options as never));
  app.use(ctx => {
    ctx.status = statusOf();
    ctx.body = 'an answer';
  });
  return app;
}

lambdaContract('serverless-http and Koa', async (gate, statusOf) => {
  return serverlessHttp(appOf(gate, statusOf)) as unknown as LambdaHandler;
});

lambdaContract('@codegenie/serverless-express and Koa', async (gate, statusOf) => {
  const handler = configure({ app: appOf(gate, statusOf).callback() as never });
  return (event, context) =>
    handler(event, context as never, () => {}) as unknown as ReturnType<LambdaHandler>;
});
