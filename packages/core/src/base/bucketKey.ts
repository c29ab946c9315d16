import { createHash } from 'node:crypto';

/** Characters of the longest key that is kept as it is. */
const LONGEST_KEY = 256;
const DIGEST = 'sha256:';

/**
 * A key as a store sees it: at most 256 characters and what delimits them, whoever chose it. Longer ones are digested;
 * so is any that looks like a digest, so that nobody can pass one off as a long key of somebody else's.
 * The digest is over UTF-16: halves of surrogate pairs stay apart.
 */
export function boundedKey(key: string): string {
  // Nearly all keys are short and do not begin with an s.
  return key.length <= LONGEST_KEY && key.charCodeAt(0) !== 0x73 ? key : digestedIfNeeded(key);
}

function digestedIfNeeded(key: string): string {
  if (key.length <= LONGEST_KEY && !key.startsWith(DIGEST)) return key;
  return DIGEST + createHash('sha256').update(key, 'utf16le').digest('base64url');
}

/** The prefix of all keys of one limiter. It is length-delimited: no name and key run together into another limiter's. */
export function keyScope(name: string): string {
  return `${name.length}:${name}:`;
}
