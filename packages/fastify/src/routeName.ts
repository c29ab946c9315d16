interface NamedRoute {
  readonly method?: string | readonly string[] | undefined;
  readonly url?: string | undefined;
  readonly constraints?: object | undefined;
  readonly prefix?: string | undefined;
  readonly routePath?: string | undefined;
  readonly prefixTrailingSlash?: string | undefined;
}

/**
 * The names of a route in printable ASCII, from method, URL and constraints: one for all its methods, and one for each.
 * HEAD is named like GET, and so shares its bucket.
 */
export function routeNames(route: NamedRoute): { readonly all: string; readonly each: readonly string[] } {
  const asked = [route.method ?? []].flat().map(method => (method === 'HEAD' ? 'GET' : method));
  const methods = asked.length === 0 ? ['*'] : [...new Set(asked)];
  const constraints = Object.entries(route.constraints ?? {}).map(
    ([name, value]) => `${name}=${String(value)}`,
  );
  const where = [urlOf(route) ?? 'not found', ...constraints]
    .join(' ')
    .replace(/[^\x20-\x7e]/gu, encodeURIComponent);
  return { all: `${methods.join(',')} ${where}`, each: methods.map(method => `${method} ${where}`) };
}

/**
 * The `/` route of a prefix matches with and without the slash, and is named without it. Only for its HEAD route does Fastify
 * report both.
 */
function urlOf({ url, prefix, routePath, prefixTrailingSlash }: NamedRoute): string | undefined {
  return routePath === '/' && prefix && prefixTrailingSlash !== 'slash' ? prefix : url;
}
