import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A port without a listener. It lies below those that systems give to listeners and connections that ask for any port, so nobody
 * gets it before it is used, or while its server is down.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    const probe = createServer().listen(port, '127.0.0.1');
    const isFree = await once(probe, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    probe.close();
    await once(probe, 'close');
    return port;
  }
}
