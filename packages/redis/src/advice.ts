import { TimeoutError } from '@breaking/core';

/** What a client reports of its connection: `status` of ioredis and iovalkey, the others of node-redis. */
interface Connection {
  readonly status?: unknown;
  readonly isOpen?: unknown;
  readonly isReady?: unknown;
}

const PERMISSIONS = '+evalsha +eval +time +get +set +del';
const NOT_CONNECTED = "Check its host, port and password, and listen to its 'error' events.";

/** Errors of servers and clients, and what to do about them. The first match is reported. */
const ADVICE: readonly (readonly [sign: RegExp, advice: string])[] = [
  [/WRONGPASS|NOAUTH|unauthenticated/, "Check the client's user name and password."],
  [/NOPERM|can't run this command/, `Allow the client's user ${PERMISSIONS} on the keys of the store.`],
  [/READONLY/, 'The server is a replica. Connect the client to the primary.'],
  [
    /MOVED|ASK \d|CLUSTERDOWN/,
    'The server belongs to a Cluster. Use a client for a Cluster: Cluster of ioredis and iovalkey, createCluster of node-redis.',
  ],
  [/OOM/, 'The memory of the server is full. Raise maxmemory, or choose another maxmemory-policy.'],
  [/WRONGTYPE|holds something else/, 'Something else uses the same keys. Give the store another prefix.'],
  [/client is closed|ClientClosedError/, 'The client has no connection. Call its connect() first.'],
  [
    /TypeError|unexpected answer|wrong number of arguments|not an integer/,
    'The client must be one of ioredis, iovalkey or node-redis. Clients that use HTTP have other methods.',
  ],
  [/ECONNREFUSED|ENOTFOUND|EAI_AGAIN|Connection is closed/, "Check the client's host and port."],
];

/** What an operator can do about an error that a client gave; undefined if that is not known. */
export function adviceOn(error: unknown, client: object): string | undefined {
  if (error instanceof TimeoutError) return onTimeout(client);
  const { message, code, name } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  const text = `${name} ${code} ${message}`;
  return ADVICE.find(([sign]) => sign.test(text))?.[1];
}

/** Clients keep commands while they have no connection, so a missing server shows as a timeout. */
function onTimeout(client: Connection): string | undefined {
  const { status, isOpen, isReady } = client;
  if (isOpen === false) return 'The client has no connection. Call its connect() first.';
  if (isReady === false) return `The client has no connection yet. ${NOT_CONNECTED}`;
  if (typeof status === 'string' && status !== 'ready') {
    return `The client has no connection (status "${status}"). ${NOT_CONNECTED}`;
  }
  return undefined;
}
