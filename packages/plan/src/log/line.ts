/** What a line of a log says of a request; undefined for what it does not say. */
export interface LogLine {
  /** Unix time in seconds. */
  readonly at: number;
  readonly address: string | undefined;
  readonly user: string | undefined;
  readonly method: string | undefined;
  /** With its query, if the log has it. */
  readonly path: string | undefined;
  /** Bytes of the answer. */
  readonly bytes: number | undefined;
  /** A header field of the request. */
  header(name: string): string | undefined;
  /** Any field: of JSON by its path (`req.user.id`), of text by its number, from 1. */
  field(path: string): string | number | undefined;
}

/** A line that is in order and tells of no request, such as an application's own message among pino's. */
export const OTHER = Symbol('other');
