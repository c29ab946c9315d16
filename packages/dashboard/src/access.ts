import { timingSafeEqual } from 'node:crypto';
import { check } from '@breaking/core/internal';

/** Says whether a request may see the page: only `true`, or a promise of it, grants access. */
export type Authorize<Req> = (req: Req) => unknown;

/**
 * @returns a function that never throws or rejects: anything but `true`, a throw and a rejection are no
 * @throws TypeError without a function: there is no page that everybody may see by accident
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

/** What a request to change something says of itself. Header names are in lower case. */
export interface ActionRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** The header in which the page sends the token that it was given. */
export const TOKEN_HEADER = 'breaking-token';

/**
 * Why somebody who may see the page may not change something with this request: the status to answer with, or undefined if
 * they may. A form or a script of another site can send neither the header nor its own origin as ours.
 * @param token what the page was given; undefined where actions are off
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
 * What the browser says of it counts, since a proxy may have changed the host. Browsers say nothing to a site without TLS. The
 * scheme is not compared: behind a proxy we do not know under which the page was asked for.
 */
function isSameOrigin({ origin, host, 'sec-fetch-site': site }: ActionRequest['headers']): boolean {
  if (site !== undefined) return site === 'same-origin';
  if (typeof origin !== 'string' || typeof host !== 'string') return false;
  return URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
}

function isSame(given: unknown, token: string): boolean {
  if (typeof given !== 'string') return false;
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}
