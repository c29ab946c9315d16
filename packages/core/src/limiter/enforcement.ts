import { shown } from '../base/check.js';

// Captured, as in `KeyHash`.
const { charCodeAt } = String.prototype;

const always = () => true;
const never = () => false;

/**
 * Which keys a limiter rejects: all, none, or a share of them that is the same on every server and at any time. The
 * share is a range of hash values (FNV-1a, 32 bits, with the finalizer of MurmurHash3), so no list has to be kept.
 */
export function enforcement(what: string, enforce: boolean | number): (key: string) => boolean {
  if (typeof enforce === 'boolean') return enforce ? always : never;
  if (typeof enforce !== 'number')
    throw new TypeError(`${what} must be a boolean or a number, got ${shown(enforce)}`);
  if (!(enforce >= 0 && enforce <= 1)) throw new RangeError(`${what} must be from 0 to 1, got ${enforce}`);
  const bound = enforce * 2 ** 32;
  return key => hash32(key) < bound;
}

function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ charCodeAt.call(text, i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
