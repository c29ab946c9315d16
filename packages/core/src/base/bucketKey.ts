import { createHash } from 'node:crypto';

// Captured, as in `KeyHash`.
const { charCodeAt } = String.prototype;

/** The length of the longest key that is kept unchanged. */
const LONGEST_KEY = 256;
const DIGEST = 'sha256:';

/**
 * A key as stores receive it: at most 256 characters. A longer key is replaced by its digest. So is a key that looks
 * like a digest, so that no client can choose a key that equals the digest of another client's long key. The digest is
 * computed over UTF-16 code units, so keys that differ only in unpaired surrogates stay different.
 */
export function boundedKey(key: string): string {
  // Nearly all keys are short and do not begin with an s.
  return key.length <= LONGEST_KEY && charCodeAt.call(key, 0) !== 0x73 ? key : digestedIfNeeded(key);
}

function digestedIfNeeded(key: string): string {
  if (key.length <= LONGEST_KEY && !key.startsWith(DIGEST)) return key;
  return DIGEST + createHash('sha256').update(key, 'utf16le').digest('base64url');
}

/** The prefix of all keys of one limiter. It contains its own length, so that no other name and key can form the same text. */
export function keyScope(name: string): string {
  return `${name.length}:${name}:`;
}
