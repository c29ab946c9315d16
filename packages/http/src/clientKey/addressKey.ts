import { addressKey } from '@breaking/core/internal';
import type { Binding } from '../binding.js';
import { warnOnce } from './processWarning.js';

/** Keys that come from addresses start with this; those that `keyOf` gives never do, see {@link callerKey}. */
const ADDRESS = 'ip:';
const ESCAPED = 'key:';

/** The key that `keyOf` gave, kept apart from the keys of addresses. */
export function callerKey(key: string): string {
  return key.startsWith(ADDRESS) || key.startsWith(ESCAPED) ? ESCAPED + key : key;
}

/**
 * Keys requests by the client's address, and warns of the two settings under which that cannot work: once for each
 * server, however many limits it has.
 */
export class AddressKeys<X> {
  readonly #binding: Binding<X, unknown>;
  readonly #what: string;
  readonly #ipv6PrefixBits: number;
  #hasCheckedTrust = false;

  constructor(binding: Binding<X, unknown>, what: string, ipv6PrefixBits: number) {
    this.#binding = binding;
    this.#what = what;
    this.#ipv6PrefixBits = ipv6PrefixBits;
  }

  keyOf(x: X): string {
    if (!this.#hasCheckedTrust) this.#checkTrust(x);
    return ADDRESS + (addressKey(this.#binding.addressOf(x), this.#ipv6PrefixBits) ?? this.#peerOf(x));
  }

  /** The key of the socket's peer, for what is no address; where that has none either, one for all. */
  #peerOf(x: X): string {
    const { socket } = this.#binding.incomingOf(x);
    const key = addressKey(socket?.remoteAddress, this.#ipv6PrefixBits);
    // A socket that is gone has no address any more; its client will not see the answer either.
    if (key === undefined && socket?.destroyed !== true) {
      const why = 'clients have no address here (a Unix socket?), so all share one bucket';
      this.#warn(x, 'BREAKING_NO_ADDRESS', `${why}. Trust the proxy in front, or give keyOf.`);
    }
    return key ?? '';
  }

  #checkTrust(x: X): void {
    this.#hasCheckedTrust = true;
    if (!this.#trustsAnyClient(x)) return;
    const why = 'the trust-proxy setting lets any client choose its address, and so its limit';
    this.#warn(x, 'BREAKING_TRUSTS_ANY_CLIENT', `${why}. Trust your own proxies alone, or give keyOf.`);
  }

  /** A look at a setting, which must not cost anybody a request: a trust function of the user's may throw at it. */
  #trustsAnyClient(x: X): boolean {
    try {
      return this.#binding.trustsAnyClient(x);
    } catch {
      return false;
    }
  }

  #warn(x: X, code: string, message: string): void {
    const { socket } = this.#binding.incomingOf(x);
    warnOnce(socket?.server ?? this, code, `${this.#what}: ${message}`);
  }
}
