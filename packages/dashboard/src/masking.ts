import { createHmac, randomBytes } from 'node:crypto';

/** Shows keys as far as everybody who sees the page may know them. */
export type KeyMask = (key: string) => string;

const IPV4 = /^(ip:\d{1,3}\.\d{1,3}\.\d{1,3}\.)\d{1,3}$/;
const SHOWN_LENGTH = 200;

/**
 * Hides whose a key is: an IPv4 address loses its last octet, all else becomes a short hash. One mask shows a key always in
 * the same way, another one differently: keys that could be guessed, such as addresses of mail, cannot be looked for.
 */
export function masking(secret: Buffer = randomBytes(32)): KeyMask {
  return key => {
    const [, network] = IPV4.exec(key) ?? [];
    if (network !== undefined) return `${network}*`;
    const hash = createHmac('sha256', secret).update(key).digest('hex').slice(0, 8);
    return key.startsWith('ip:') ? `ip:#${hash}` : `#${hash}`;
  };
}

/**
 * Names keys to the page without telling them, so that it can say which one it means.
 * @returns 16 hexadecimal digits for a key, others with another secret
 */
export function keyIds(secret: Buffer = randomBytes(32)): (key: string) => string {
  return key => createHmac('sha256', secret).update(`id of ${key}`).digest('hex').slice(0, 16);
}

/** Shows keys as they are, but for what is too long to be read. */
export const unmasked: KeyMask = key =>
  key.length > SHOWN_LENGTH ? `${key.slice(0, SHOWN_LENGTH - 1)}…` : key;
