import { isIPv4, isIPv6 } from 'node:net';
import { whole } from './check.js';

/** Some proxies add the port (`[2001:db8::1]:443`, `192.0.2.1:443`), and some only the brackets. */
const BRACKETED = /^\[([^\]]+)\](?::\d+)?$/;
const IPV4_WITH_PORT = /^([\d.]+):\d+$/;
const DOTTED_END = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/;

/** The first six groups of the IPv6 forms of IPv4 addresses: mapped (RFC 4291) and NAT64 (RFC 6052). */
const IPV4_PREFIXES = ['0:0:0:0:0:ffff', '64:ff9b:0:0:0:0'];

/** The prefix of a mapped address as Node writes it. A server that listens on all addresses sees IPv4 clients in this form. */
const MAPPED = '::ffff:';

/**
 * The key of a client address: one for each IPv4 address, in whatever form it is written, and one for each IPv6 network
 * of `ipv6PrefixBits`, since a client in such a network can use any address in it. Ports, zones and surrounding white
 * space are removed.
 * @param ipv6PrefixBits whole, 1 to 128; default 56
 * @returns for example `192.0.2.1` or `2001:db8::/56`; undefined if the text is not an address
 * @throws TypeError or RangeError for wrong `ipv6PrefixBits`
 *
 * @example
 * const decision = limiter.check(addressKey(socket.remoteAddress) ?? '');
 */
export function addressKey(address: string | undefined, ipv6PrefixBits = 56): string | undefined {
  whole('addressKey: ipv6PrefixBits', ipv6PrefixBits, 1, 128);
  if (!address) return undefined;
  if (isIPv4(address)) return address;
  // This takes 0.2 µs, parsing the groups 4 µs.
  if (address.startsWith(MAPPED)) {
    const mapped = address.slice(MAPPED.length);
    if (isIPv4(mapped)) return mapped;
  }
  const trimmed = address.trim();
  const bare = (BRACKETED.exec(trimmed) ?? IPV4_WITH_PORT.exec(trimmed))?.[1] ?? trimmed;
  const [zoneless = ''] = bare.split('%', 1);
  if (isIPv4(zoneless)) return zoneless;
  if (!isIPv6(zoneless)) return undefined;
  const groups = groupsOf(zoneless);
  if (IPV4_PREFIXES.includes(hex(groups.slice(0, 6)))) return dotted(groups.slice(6));
  return `${shortened(groups.map((group, i) => group & maskOf(i, ipv6PrefixBits)))}/${ipv6PrefixBits}`;
}

/** The eight groups of 16 bits of a valid IPv6 address. */
function groupsOf(address: string): number[] {
  const text = address.replace(DOTTED_END, (_all, ...bytes: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.map(Number);
    return hex([a * 256 + b, c * 256 + d]);
  });
  const [head = [], tail = []] = text.split('::').map(half => (half === '' ? [] : half.split(':')));
  const zeros = new Array<string>(8 - head.length - tail.length).fill('0');
  return [...head, ...zeros, ...tail].map(group => Number.parseInt(group, 16));
}

/** A mask for the group at `i`: the bits that belong to the first `bits` of the address. */
function maskOf(i: number, bits: number): number {
  const kept = Math.min(Math.max(bits - 16 * i, 0), 16);
  return 0xffff & (0xffff << (16 - kept));
}

function hex(groups: readonly number[]): string {
  return groups.map(group => group.toString(16)).join(':');
}

function dotted([high = 0, low = 0]: readonly number[]): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/**
 * The groups as text, with `::` in place of the longest run of two or more zeros, the first of equally long runs (RFC
 * 5952).
 */
function shortened(groups: readonly number[]): string {
  let [from, to] = [0, 0];
  for (let start = 0; start < groups.length; start++) {
    let end = start;
    while (groups[end] === 0) end++;
    if (end - start > Math.max(to - from, 1)) [from, to] = [start, end];
  }
  return to === 0 ? hex(groups) : `${hex(groups.slice(0, from))}::${hex(groups.slice(to))}`;
}
