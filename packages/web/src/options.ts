import type { Callback, RateLimitOptions as HttpRateLimitOptions } from '@breaking/http';

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** The options of a rate limit. One of `addressOf` and `keyOf` is required: a Request does not tell its client's address. */
export type RateLimitOptions<Req = Request, Info = never> = Without<
  HttpRateLimitOptions<Req>,
  'addressOf'
> & {
  /** The client's address, from the request and what the handler is given beside it; undefined where it is not known. */
  readonly addressOf?: Callback<[request: Req, info: Info], string | null | undefined> | undefined;
};
