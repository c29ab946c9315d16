import { createServer } from 'node:http';
import { circuitBreaker, rateLimit } from '@breaking/express';
import { webSocketContract } from '@breaking/testkit';
import express from 'express';
import withWebSockets from 'express-ws';
import express4 from 'express4';

for (const [name, framework] of [
  ['Express 5', express],
  ['Express 4', express4],
] as const) {
  webSocketContract(
    `express-ws on ${name}`,
    async gates => {
      const app = framework();
      const server = createServer(app);
      const sockets = withWebSockets(app, server).app;
      const breaker = circuitBreaker(gates.circuitBreaker);
      app.use(rateLimit(gates.rateLimit), breaker);
      sockets.ws('/socket', socket => void socket.send('hello'));
      return { server: server.listen(0, '127.0.0.1'), breakers: breaker.breakers };
    },
    // It closes the socket without a code, whatever status a middleware sends.
    { by429: 'closed 1005', by503: 'closed 1005' },
  );
}
