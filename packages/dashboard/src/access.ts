import { timingSafeEqual } from 'node:crypto';
import { check } from '@breaking/core/internal';

/** Whether a request may see the page: only `true`, or a promise of it, grants access. */
export type Authorize<Req> = (req: Req) => unknown;

/**
 * @returns a function that never throws or rejects: anything but `true`, including an error, denies access
 * @throws TypeError without a function, so that no page is public by accident
 */
export function gatekeeper<Req>(what: string, authorize: Authorize<Req>): (req: Req) => Promise<boolean> {
  check.asFunction(`${what}: authorize`, authorize);
  return async req => {
    try {
      return (await authorize(req)) === true;
    } catch {
      return false;
    }
  };
}

/** The header fields of a request to change something, with names in lower case. */
export interface ActionRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** The header in which the page sends its token. */
export const TOKEN_HEADER = 'breaking-token';

/**
 * Why somebody who may see the page may not change something with this request: the status of the response, or undefined if
 * they may. A form or a script of another site cannot send both the header and our origin.
 * @param token the token of the page; undefined if actions are off
 */
export function actionRefusal(
  { method, headers }: ActionRequest,
  token: string | undefined,
): 403 | 405 | undefined {
  if (method !== 'POST') return 405;
  if (token === undefined || !isSameOrigin(headers)) return 403;
  return isSame(headers[TOKEN_HEADER], token) ? undefined : 403;
}

/**
 * Uses what the browser says of the request, since a proxy may have changed the host. Browsers send that only to sites with
 * TLS. The scheme is not compared, since behind a proxy the scheme of the page is unknown.
 */
function isSameOrigin({ origin, host, 'sec-fetch-site': site }: ActionRequest['headers']): boolean {
  if (site !== undefined) return site === 'same-origin';
  if (typeof origin !== 'string' || typeof host !== 'string') return false;
  return URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
}

function isSame(sent: unknown, token: string): boolean {
  if (typeof sent !== 'string') return false;
  const [a, b] = [Buffer.from(sent), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}
