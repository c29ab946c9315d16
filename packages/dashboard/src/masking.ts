import { createHmac, randomBytes } from 'node:crypto';

/** Converts a key to the form that every viewer of the page may see. */
export type KeyMask = (key: string) => string;

const IPV4 = /^(ip:\d{1,3}\.\d{1,3}\.\d{1,3}\.)\d{1,3}$/;
const SHOWN_LENGTH = 200;

/**
 * Hides the owner of a key: an IPv4 address loses its last octet, any other key becomes a short hash. A mask always gives the
 * same result for a key, and another mask a different one. So nobody can test guessed keys, such as email addresses.
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
 * Identifies keys to the page without revealing them, so that actions can refer to them.
 * @returns 16 hexadecimal digits for a key, different ones with another secret
 */
export function keyIds(secret: Buffer = randomBytes(32)): (key: string) => string {
  return key => createHmac('sha256', secret).update(`id of ${key}`).digest('hex').slice(0, 16);
}

/** Shows keys as they are, except that long keys are shortened. */
export const unmasked: KeyMask = key =>
  key.length > SHOWN_LENGTH ? `${key.slice(0, SHOWN_LENGTH - 1)}…` : key;
