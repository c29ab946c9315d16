import { scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const hash = promisify(scrypt);

/** Accounts with the salt and hash of their passwords. A real service keeps them in a database. */
const accounts = new Map([
  ['ada', { salt: 'salt of ada', hash: await hash('lovelace', 'salt of ada', 32) }],
  ['bob', { salt: 'salt of bob', hash: await hash('builder', 'salt of bob', 32) }],
]);

/**
 * @param {unknown} account
 * @param {unknown} password
 */
export async function isRight(account, password) {
  const known = accounts.get(String(account));
  // An unknown account takes as long as a known one.
  const hashed = await hash(String(password), known?.salt ?? 'no salt', 32);
  return (
    known !== undefined &&
    timingSafeEqual(Buffer.from(/** @type {any} */ (hashed)), Buffer.from(/** @type {any} */ (known.hash)))
  );
}
