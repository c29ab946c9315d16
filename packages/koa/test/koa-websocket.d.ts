declare module 'koa-websocket' {
  import type { Server } from 'node:http';
  import type Koa from 'koa';
  import type { Middleware } from 'koa';

  interface WithWebSockets {
    readonly ws: { use(middleware: Middleware): unknown };
    listen(port: number, host: string): Server;
  }
  export default function websockify(app: Koa): WithWebSockets;
}
