/** `client.js PORT CONNECTIONS WARM_UP_MS MEASURE_MS`: sends requests over kept connections, one at a time on each. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** The messages of the client to its parent: that the server is warm, and then how many responses it has received since. */
export type ClientTold = 'warm' | { readonly answers: number };

const [port = 0, connections = 1, warmUpMs = 0, measureMs = 0] = process.argv.slice(2).map(Number);
const REQUEST = 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\n\r\n';

const sockets = Array.from({ length: connections }, () => connect(port, '127.0.0.1').setEncoding('latin1'));
await Promise.all(sockets.map(socket => once(socket, 'connect')));
await Promise.all(sockets.map(socket => ask(socket, warmUpMs)));
tell('warm');
await once(process, 'message');
const answers = await Promise.all(sockets.map(socket => ask(socket, measureMs)));
tell({ answers: answers.reduce((sum, each) => sum + each, 0) });
for (const socket of sockets) socket.destroy();
process.disconnect();

function tell(message: ClientTold): void {
  process.send?.(message);
}

/**
 * Sends the next request as soon as the last one is answered, for some milliseconds.
 * @returns the number of 200 responses
 */
function ask(socket: Socket, forMs: number): Promise<number> {
  const end = performance.now() + forMs;
  let received = '';
  let answered = 0;
  return new Promise((resolve, reject) => {
    const onData = (data: string) => {
      received += data;
      if (!isWhole(received)) return;
      if (!received.startsWith('HTTP/1.1 200')) reject(new Error(`unexpected answer: ${received}`));
      received = '';
      answered++;
      if (performance.now() < end) socket.write(REQUEST);
      else resolve(answered);
    };
    socket.removeAllListeners('data').on('data', onData).on('error', reject);
    socket.write(REQUEST);
  });
}

function isWhole(answer: string): boolean {
  const bodyAt = answer.indexOf('\r\n\r\n') + 4;
  const length = /^content-length: (\d+)/im.exec(answer)?.[1];
  return bodyAt >= 4 && answer.length >= bodyAt + Number(length);
}
