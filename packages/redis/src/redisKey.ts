/**
 * The key in Redis of a store's key: the prefix, length-delimited, and the key as it is, with three exceptions that no two
 * keys meet in. Braces would let whoever chooses a key choose its node in a Cluster; halves of surrogate pairs become the
 * same character in UTF-8; `%` announces either.
 */
export function redisKey(prefix: string, key: string): string {
  return `${prefix.length}:${prefix}:${key}`.replace(/[{}%]|\p{Surrogate}/gu, escaped);
}

function escaped(character: string): string {
  const code = character.charCodeAt(0).toString(16);
  return code.length > 2 ? `%u${code}` : `%${code}`;
}
