import type { Callback, RateLimitOptions as HttpRateLimitOptions } from '@breaking/http';

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** The options of a rate limit. Either `addressOf` or `keyOf` is required, since a Request has no client address. */
export type RateLimitOptions<Req = Request, Info = never> = Without<
  HttpRateLimitOptions<Req>,
  'addressOf'
> & {
  /** The client's address, from the request and the second argument of the handler; undefined if it is not known. */
  readonly addressOf?: Callback<[request: Req, info: Info], string | null | undefined> | undefined;
};
