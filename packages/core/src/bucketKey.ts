import { createHash } from 'node:crypto';

/** Characters of the longest key that is kept as it is. */
const LONGEST_KEY = 256;
const DIGEST = 'sha256:';
const DIGEST_0 = DIGEST.charCodeAt(0);

/**
 * A key as a store sees it: at most 256 characters and what delimits them, whoever chose it. Longer ones are digested;
 * so is any that looks like a digest, so that nobody can pass one off as a long key of somebody else's.
 * The digest is over UTF-16: halves of surrogate pairs stay apart.
 */
export function boundedKey(key: string): string {
  // The first character is asked first: that is cheaper, and says no to nearly all keys.
  if (key.length <= LONGEST_KEY && (key.charCodeAt(0) !== DIGEST_0 || !key.startsWith(DIGEST))) return key;
  return DIGEST + createHash('sha256').update(key, 'utf16le').digest('base64url');
}

/** The prefix of all keys of one limiter. It is length-delimited: no name and key run together into another limiter's. */
export function keyScope(name: string): string {
  return `${name.length}:${name}:`;
}
