import breaking from '@breaking/fastify';
import { webSocketContract } from '@breaking/testkit';
import websocket from '@fastify/websocket';
import Fastify from 'fastify';

webSocketContract(
  '@fastify/websocket',
  async gates => {
    const app = Fastify();
    await app.register(websocket);
    await app.register(breaking);
    const breaker = app.circuitBreaker(gates.circuitBreaker);
    const onRequest = [app.rateLimit(gates.rateLimit), breaker];
    app.get('/socket', { websocket: true, onRequest }, socket => void socket.send('hello'));
    await app.listen({ port: 0, host: '127.0.0.1' });
    return { server: app.server, breakers: breaker.breakers };
  },
  { by429: '429', by503: '503' },
);
