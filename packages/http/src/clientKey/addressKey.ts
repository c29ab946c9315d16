import { addressKey } from '@breaking/core';
import type { Binding } from '../binding.js';

/**
 * Keys requests by the client's address. Warns of the two settings under which that cannot work, once for each server,
 * however many limits it has.
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

  /** @param claimed the client's address, if the application knows better than the framework */
  of(x: X, claimed?: string): string {
    if (claimed === undefined && !this.#hasCheckedTrust) this.#checkTrust(x);
    return addressKey(claimed ?? this.#binding.addressOf(x), this.#ipv6PrefixBits) ?? this.#peerOf(x);
  }

  /** The key where there is no address: that of the socket's peer, or one for all where the peer has no address either. */
  #peerOf(x: X): string {
    const { socket } = this.#binding.incomingOf(x);
    const key = addressKey(socket?.remoteAddress, this.#ipv6PrefixBits);
    // A socket that is closed has lost its address. Its client will not see the answer.
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

  /** The application's own trust function may throw at the addresses that it is asked about. That must not fail a request. */
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

const WARNED = Symbol('breaking.warned');

/** What has been warned about, once for each code. */
interface Warned {
  [WARNED]?: Set<string>;
}

/** Emits one process warning for each object `about` and each code. */
function warnOnce(about: Warned, code: string, message: string): void {
  about[WARNED] ??= new Set();
  if (about[WARNED].has(code)) return;
  about[WARNED].add(code);
  process.emitWarning(message, { type: 'BreakingWarning', code });
}
