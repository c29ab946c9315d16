import { BreakingModule, MockClock, perMinute } from '@breaking/nest';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { type DynamicModule, type INestApplication, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GraphQLModule } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { FastifyAdapter } from '@nestjs/platform-fastify';

const shared = { autoSchemaFile: true, path: '/graphql' };
const apollo = { ...shared, driver: ApolloDriver, subscriptions: { 'graphql-ws': true } };

/** Serves a resolver with a limit of 100 a minute: with Apollo on Express and on Fastify, then with Mercurius. */
export async function onEachDriver(
  resolver: Type,
  check: (app: INestApplication) => Promise<void>,
): Promise<void> {
  const onFastify = {
    ...apollo,
    // On Fastify, the request has no reference to its reply.
    context: (req: unknown, reply: unknown) => ({ req, reply }),
  };
  const mercurius = { ...shared, driver: MercuriusDriver, subscription: true };
  await serve(GraphQLModule.forRoot<ApolloDriverConfig>(apollo), undefined);
  await serve(GraphQLModule.forRoot<ApolloDriverConfig>(onFastify), new FastifyAdapter());
  await serve(GraphQLModule.forRoot<MercuriusDriverConfig>(mercurius), new FastifyAdapter());

  async function serve(graphql: DynamicModule, adapter: FastifyAdapter | undefined): Promise<void> {
    const limited = BreakingModule.forRoot({ rateLimit: { ...perMinute(100), clock: new MockClock() } });
    @Module({ imports: [limited, graphql], providers: [resolver] })
    class Root {}
    const options = { logger: false, abortOnError: false } as const;
    const app = await (adapter === undefined
      ? NestFactory.create(Root, options)
      : NestFactory.create(Root, adapter, options));
    await app.listen(0, '127.0.0.1');
    await check(app);
    await app.close();
  }
}
