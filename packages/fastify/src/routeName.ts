/**
 * The name of a route's own limit, in printable ASCII: method, URL and constraints. HEAD is named like GET, and so shares
 * its bucket.
 */
export function routeName(route: { method?: string | string[]; url?: string; constraints?: object }): string {
  const methods = [route.method ?? []].flat().map(method => (method === 'HEAD' ? 'GET' : method));
  const constraints = Object.entries(route.constraints ?? {}).map(
    ([name, value]) => `${name}=${String(value)}`,
  );
  const name = [[...new Set(methods)].join(','), route.url ?? '', ...constraints].join(' ');
  return name.replace(/[^\x20-\x7e]/gu, encodeURIComponent);
}
