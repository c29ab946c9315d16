/** The second argument of handlers in Deno. */
interface DenoInfo {
  readonly remoteAddr: { readonly hostname?: string };
}

/** The second argument of handlers in Bun. */
interface BunServer {
  requestIP(request: Request): { readonly address: string } | null;
}

/**
 * For `addressOf` on `Deno.serve`: the address of the connection. Behind a proxy, that is the address of the proxy.
 * @throws TypeError if the handler was called without Deno's `info`
 */
export function denoAddress(_request: Request, info: DenoInfo): string | undefined {
  if (info?.remoteAddr === undefined) {
    throw new TypeError('denoAddress: the handler must be called with the info of Deno.serve');
  }
  return info.remoteAddr.hostname;
}

/**
 * For `addressOf` on `Bun.serve`: the address of the connection. Behind a proxy, that is the address of the proxy.
 * @throws TypeError if the handler was called without Bun's server
 */
export function bunAddress(request: Request, server: BunServer): string | undefined {
  if (typeof server?.requestIP !== 'function') {
    throw new TypeError('bunAddress: the handler must be called with the server of Bun.serve');
  }
  return server.requestIP(request)?.address;
}

/**
 * For `addressOf` on Cloudflare Workers: the address of the client, from the field `CF-Connecting-IP`. Only Cloudflare
 * overwrites that field: elsewhere any client can set it.
 * @throws TypeError if the request has no such field, and so did not come through Cloudflare
 */
export function cloudflareAddress(request: Request): string {
  const address = request.headers.get('CF-Connecting-IP');
  if (address === null) {
    throw new TypeError(
      'cloudflareAddress: the request has no CF-Connecting-IP, so it did not come through Cloudflare',
    );
  }
  return address;
}
