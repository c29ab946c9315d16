import { check } from '@breaking/core/internal';
import type { Binding } from '../binding.js';
import { andThen, asKey, type Callback, type Key, type MaybePromise } from '../callback.js';
import { AddressKeys } from './addressKey.js';
import { takesAddress } from './takesAddress.js';

/** Keys of addresses start with this. Those that `keyOf` gives never do. */
const ADDRESS = 'ip:';
const ESCAPED = 'key:';

/** The key from `keyOf`, in a form that no address has. */
export function callerKey(key: string): string {
  return key.startsWith(ADDRESS) || key.startsWith(ESCAPED) ? ESCAPED + key : key;
}

interface Options<Req> {
  readonly keyOf?: Callback<[req: Req, address: string], Key> | undefined;
  readonly addressOf?: Callback<[req: Req, info: unknown], string | null | undefined> | undefined;
  readonly ipv6PrefixBits: number;
}

/** Keys requests by the options of a rate limit: by the result of `keyOf`, or else by the client's address. */
export class RequestKeys<X, Req> {
  readonly #binding: Binding<X, Req>;
  readonly #what: string;
  readonly #options: Options<Req>;
  readonly #addresses: AddressKeys<X>;
  readonly #takesAddress: boolean;

  constructor(binding: Binding<X, Req>, what: string, options: Options<Req>) {
    this.#binding = binding;
    this.#what = what;
    this.#options = options;
    this.#addresses = new AddressKeys(binding, what, options.ipv6PrefixBits);
    this.#takesAddress = options.keyOf !== undefined && takesAddress(options.keyOf);
  }

  /** @throws, or rejects with, the error of a callback, and a TypeError or RangeError for an invalid key or address */
  keyOf(x: X): MaybePromise<string> {
    const { keyOf } = this.#options;
    if (keyOf === undefined) return this.#addressKey(x);
    const req = this.#binding.requestOf(x);
    // The address is computed, and warnings are emitted, only if it is used.
    const answer = this.#takesAddress
      ? andThen(this.#address(x), address => keyOf(req, address))
      : keyOf(req, '');
    return andThen(answer, returned => {
      const key = asKey(this.#what, returned);
      if (key === undefined) return this.#addressKey(x);
      return callerKey(key);
    });
  }

  #addressKey(x: X): MaybePromise<string> {
    if (this.#options.addressOf === undefined) return ADDRESS + this.#addresses.of(x);
    return andThen(this.#address(x), address => ADDRESS + address);
  }

  #address(x: X): MaybePromise<string> {
    const { addressOf } = this.#options;
    if (addressOf === undefined) return this.#addresses.of(x);
    return andThen(addressOf(this.#binding.requestOf(x), this.#binding.infoOf?.(x)), address => {
      if (address === undefined || address === null) return this.#addresses.of(x);
      return this.#addresses.of(x, check.asString(`${this.#what}: addressOf`, address));
    });
  }
}
