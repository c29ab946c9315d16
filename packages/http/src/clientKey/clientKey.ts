import { isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';

const { IPv4, IPv6 } = ipaddr;

/** How an IPv6-only network writes the addresses of IPv4 hosts (RFC 6052). */
const NAT64 = IPv6.parseCIDR('64:ff9b::/96');

/** `[2001:db8::1]:443` and `192.0.2.1:443`: some proxies add the port, some the brackets alone. */
const BRACKETED = /^\[([^\]]+)\](?::\d+)?$/;
const IPV4_WITH_PORT = /^([\d.]+):\d+$/;

/** ipaddr.js takes `::192.0.2.1` alone for `::ffff:192.0.2.1`, and `0::192.0.2.1` for what it is. */
const COMPATIBLE = /^::(?=[\d.]+$)/;

/**
 * An address as a key: one for each IPv4 address, however it is written, and one for each IPv6 network of
 * `ipv6PrefixBits`, since whoever has such a network can take any address in it. Undefined for what is no address.
 */
export function clientKey(address: string | undefined, ipv6PrefixBits: number): string | undefined {
  if (!address) return undefined;
  if (isIPv4(address)) return address;
  const bare = (BRACKETED.exec(address) ?? IPV4_WITH_PORT.exec(address))?.[1] ?? address;
  const [zoneless = ''] = bare.split('%', 1);
  if (isIPv4(zoneless)) return zoneless;
  const full = zoneless.replace(COMPATIBLE, '0::');
  if (!IPv6.isValid(full)) return undefined;
  const parsed = IPv6.parse(full);
  if (parsed.isIPv4MappedAddress()) return parsed.toIPv4Address().toString();
  if (parsed.match(NAT64)) return new IPv4(parsed.toByteArray().slice(12)).toString();
  return `${IPv6.networkAddressFromCIDR(`${full}/${ipv6PrefixBits}`)}/${ipv6PrefixBits}`;
}
