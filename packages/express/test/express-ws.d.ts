declare module 'express-ws' {
  import type { Server } from 'node:http';
  import type { Express } from 'express';

  interface WithWebSockets {
    ws(path: string, handler: (socket: { send(message: string): void }) => void): unknown;
  }
  export default function withWebSockets(app: Express, server: Server): { readonly app: WithWebSockets };
}
