import { check, emitWarning } from '@breaking/core/internal';
import type { Binding, Peer } from '../binding.js';
import { warnRarely } from '../request/serverWarnings.js';
import { KnownKeys } from './knownKeys.js';

/**
 * Keys requests by the client's address. Warns of the two settings that make this useless, once for each server, whatever its
 * number of limits.
 */
export class AddressKeys<X> {
  readonly #binding: Binding<X, unknown>;
  readonly #what: string;
  readonly #known: KnownKeys;
  #hasCheckedTrust = false;

  constructor(binding: Binding<X, unknown>, what: string, ipv6PrefixBits: number) {
    this.#binding = binding;
    this.#what = what;
    this.#known = new KnownKeys(ipv6PrefixBits);
  }

  /** @param claimed the client's address, if the application gives it instead of the framework */
  of(x: X, claimed?: string): string {
    if (claimed !== undefined) return this.#known.of(claimed) ?? this.#peerOf(x, claimed);
    if (!this.#hasCheckedTrust) this.#checkTrust(x);
    const address = this.#binding.addressOf(x);
    this.#checkForwarded(x, address);
    return this.#known.of(address) ?? this.#peerOf(x);
  }

  /** The key without an address: that of the socket's peer, or one shared key if the peer has no address either. */
  #peerOf(x: X, claimed?: string): string {
    const socket = this.#socketOf(x);
    const isGone =
      this.#binding.incomingOf === undefined
        ? this.#binding.exchangeOf(x).isOver
        : socket?.destroyed === true;
    const key = this.#known.of(socket?.remoteAddress);
    // A closed connection has no address. Its client will not see the response.
    if (key === undefined && !isGone) {
      this.#warn(x, 'BREAKING_NO_ADDRESS', this.#whyNoAddress(claimed));
    }
    return key ?? '';
  }

  #whyNoAddress(claimed: string | undefined): string {
    if (claimed !== undefined) {
      return `addressOf returned ${check.shown(claimed)}, which is not an address: all such requests share one bucket. Correct addressOf, or set keyOf.`;
    }
    const why = 'requests have no client address here';
    return this.#binding.incomingOf === undefined
      ? `${why}, so they all share one bucket. Set addressOf or keyOf.`
      : `${why} (a Unix socket?), so they all share one bucket. Trust the proxy in front, or set addressOf or keyOf.`;
  }

  #socketOf(x: X): Peer | null | undefined {
    return this.#binding.incomingOf?.(x).socket;
  }

  #checkTrust(x: X): void {
    this.#hasCheckedTrust = true;
    if (!this.#trustsAnyClient(x)) return;
    const why = 'the trust-proxy setting lets any client choose its address, and so escape its limit';
    this.#warn(x, 'BREAKING_TRUSTS_ANY_CLIENT', `${why}. Trust only your own proxies, or set keyOf.`);
  }

  /** The operator's own proxy names the client in a header. If the proxy is not trusted, all its clients share one bucket. */
  #checkForwarded(x: X, address: string | undefined): void {
    if (this.#binding.incomingOf === undefined) return;
    const { socket, headers } = this.#binding.incomingOf(x);
    // This check comes first, since few requests have such a header and Node has already parsed the headers.
    if (!headers?.['x-forwarded-for']) return;
    const peer = socket?.remoteAddress;
    if (peer === undefined || address !== peer || !PRIVATE.test(peer)) return;
    if (this.#binding.trustsSomeProxy?.(x)) return;
    const why = `${peer} sends X-Forwarded-For and is not trusted, so all clients behind it share one bucket`;
    const message = `${this.#what}: ${why}. Trust this proxy in the framework's settings, or set keyOf.`;
    warnRarely(socket?.server ?? this, 'BREAKING_PROXY_NOT_TRUSTED', message);
  }

  /** The application's trust function may throw for these addresses. That must not fail a request. */
  #trustsAnyClient(x: X): boolean {
    try {
      return this.#binding.trustsAnyClient(x);
    } catch {
      return false;
    }
  }

  #warn(x: X, code: string, message: string): void {
    warnOnce(this.#socketOf(x)?.server ?? this, code, `${this.#what}: ${message}`);
  }
}

/** Loopback, private and link-local addresses of IPv4 (also mapped into IPv6) and IPv6. */
const PRIVATE =
  /^(?:::ffff:)?(?:127\.|10\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.)|^::1$|^f[cd][0-9a-f]{2}:|^fe[89ab][0-9a-f]:/i;

const WARNED = Symbol('breaking.warned');

/** Objects that were already warned about, by code. */
interface Warned {
  [WARNED]?: Set<string>;
}

/** Emits one process warning for each object `about` and each code. */
function warnOnce(about: Warned, code: string, message: string): void {
  about[WARNED] ??= new Set();
  if (about[WARNED].has(code)) return;
  about[WARNED].add(code);
  emitWarning(message, code);
}
