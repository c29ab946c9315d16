/** What Deno hands to handlers beside the request. */
interface DenoInfo {
  readonly remoteAddr: { readonly hostname?: string };
}

/** What Bun hands to handlers beside the request. */
interface BunServer {
  requestIP(request: Request): { readonly address: string } | null;
}

/**
 * For `addressOf` on `Deno.serve`: the address of the connection. Behind a proxy that is the proxy's.
 * @throws TypeError where the handler was called without Deno's `info`
 */
export function denoAddress(_request: Request, info: DenoInfo): string | undefined {
  if (info?.remoteAddr === undefined) {
    throw new TypeError('denoAddress: the handler must be called with the info of Deno.serve');
  }
  return info.remoteAddr.hostname;
}

/**
 * For `addressOf` on `Bun.serve`: the address of the connection. Behind a proxy that is the proxy's.
 * @throws TypeError where the handler was called without Bun's server
 */
export function bunAddress(request: Request, server: BunServer): string | undefined {
  if (typeof server?.requestIP !== 'function') {
    throw new TypeError('bunAddress: the handler must be called with the server of Bun.serve');
  }
  return server.requestIP(request)?.address;
}

/**
 * For `addressOf` on Cloudflare Workers: the address of the client that asked Cloudflare, from the field `CF-Connecting-IP`. Only
 * Cloudflare overwrites that field: anywhere else any client may choose it.
 * @throws TypeError where the request has no such field, and so did not come through Cloudflare
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
