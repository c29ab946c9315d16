import type { Request } from 'express';

/** The source text of Express's own getter of `req.ip`, in Express 4 and 5. */
const OWN_GETTER =
  /^function ip\(\)\s*\{\s*var trust = this\.app\.get\('trust proxy fn'\);\s*return proxyaddr\(this, trust\);\s*\}$/;

/**
 * Reads `req.ip`, which takes Express microseconds. It is faster when the result is sure to be the connection's address: no
 * proxy header is present, and the application has not redefined `ip` on a request or on `app.request`.
 */
export class Addresses {
  readonly #isOwn = new WeakMap<() => unknown, boolean>();

  of(req: Request): string | undefined {
    const isPeer = req.headers['x-forwarded-for'] === undefined && this.#isExpress(getterOf(req));
    return isPeer ? req.socket.remoteAddress : req.ip;
  }

  #isExpress(getter: (() => unknown) | undefined): boolean {
    if (getter === undefined) return false;
    const known = this.#isOwn.get(getter);
    if (known !== undefined) return known;
    const isOwn = OWN_GETTER.test(Function.prototype.toString.call(getter));
    this.#isOwn.set(getter, isOwn);
    return isOwn;
  }
}

/** The getter that reading `ip` would call. */
function getterOf(req: Request): (() => unknown) | undefined {
  for (let holder: object | null = req; holder !== null; holder = Object.getPrototypeOf(holder)) {
    if (Object.hasOwn(holder, 'ip')) return Object.getOwnPropertyDescriptor(holder, 'ip')?.get;
  }
  return undefined;
}
