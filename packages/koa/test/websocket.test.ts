import { circuitBreaker, rateLimit } from '@breaking/koa';
import { webSocketContract } from '@breaking/testkit';
import Koa from 'koa';
import websockify from 'koa-websocket';
import Koa2 from 'koa2';

for (const [name, App] of [
  ['Koa 3', Koa],
  ['Koa 2', Koa2],
] as const) {
  webSocketContract(
    `koa-websocket on ${name}`,
    async gates => {
      const app = websockify(new App());
      const breaker = circuitBreaker(gates.circuitBreaker);
      app.ws.use(rateLimit(gates.rateLimit));
      app.ws.use(breaker);
      app.ws.use(ctx => void ctx.websocket.send('hello'));
      return { server: app.listen(0, '127.0.0.1'), breakers: breaker.breakers };
    },
    { by429: 'closed 1013', by503: 'closed 1013' },
  );
}
