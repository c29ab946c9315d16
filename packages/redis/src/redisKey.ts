/**
 * The key in Redis for a store's key: the version of the format, the length of the prefix, the prefix, and the key. Three
 * kinds of characters are escaped, so that different keys stay different. Braces would let a client that chooses its key also
 * choose its node in a Cluster. All unpaired surrogates become the same character in UTF-8. `%` begins an escape.
 */
export function redisKey(prefix: string, key: string): string {
  return `v2:${prefix.length}:${prefix}:${key}`.replace(/[{}%]|\p{Surrogate}/gu, escaped);
}

function escaped(character: string): string {
  const code = character.charCodeAt(0).toString(16);
  return code.length > 2 ? `%u${code}` : `%${code}`;
}
