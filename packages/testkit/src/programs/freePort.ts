import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Ports below those that systems give to listeners and connections that ask for any port, so nobody gets one before it is used, or
 * while its server is down, and none to which fetch refuses to connect. Each process begins elsewhere, and takes
 * none twice.
 */
function* candidates(): Generator<number, never> {
  for (let port = Math.floor(Math.random() * 9000); ; port++) yield 11_000 + (port % 9000);
}

const ports = candidates();

/** A port without a listener. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = ports.next().value;
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
