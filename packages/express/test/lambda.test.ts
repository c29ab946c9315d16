import { circuitBreaker, rateLimit } from '@breaking/express';
import { type GateUnderTest, type LambdaHandler, lambdaContract } from '@breaking/testkit';
import { configure } from '@codegenie/serverless-express';
import { createDefaultLogger, ServerlessAdapter } from '@h4ad/serverless-adapter';
import { ApiGatewayV1Adapter } from '@h4ad/serverless-adapter/adapters/aws';
import { ExpressFramework } from '@h4ad/serverless-adapter/frameworks/express';
import { DefaultHandler } from '@h4ad/serverless-adapter/handlers/default';
import { PromiseResolver } from '@h4ad/serverless-adapter/resolvers/promise';
import express, { type Express } from 'express';
import express4 from 'express4';
import serverlessHttp from 'serverless-http';

function appOf(createApp: () => Express, gate: GateUnderTest, statusOf: () => number): Express {
  const app = createApp();
  app.use(gate.kind === 'rateLimit' ? rateLimit(gate.options) : circuitBreaker(gate.options as never));
  app.get('/', (_req, res) => void res.status(statusOf()).send('an answer'));
  return app;
}

for (const [version, createApp] of [
  ['Express 5', express],
  ['Express 4', express4],
] as const) {
  lambdaContract(`serverless-http and ${version}`, async (gate, statusOf) => {
    return serverlessHttp(appOf(createApp, gate, statusOf)) as unknown as LambdaHandler;
  });

  lambdaContract(`@codegenie/serverless-express and ${version}`, async (gate, statusOf) => {
    const handler = configure({ app: appOf(createApp, gate, statusOf) });
    return (event, context) =>
      handler(event, context as never, () => {}) as unknown as ReturnType<LambdaHandler>;
  });

  lambdaContract(`@h4ad/serverless-adapter and ${version}`, async (gate, statusOf) => {
    return ServerlessAdapter.new(appOf(createApp, gate, statusOf))
      .setFramework(new ExpressFramework())
      .setHandler(new DefaultHandler())
      .setResolver(new PromiseResolver())
      .setLogger(createDefaultLogger({ level: 'none' }))
      .addAdapter(new ApiGatewayV1Adapter())
      .build() as unknown as LambdaHandler;
  });
}
