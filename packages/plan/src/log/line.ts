/** The properties of a request in a log line; undefined if the line does not have them. */
export interface LogLine {
  /** Unix time in seconds. */
  readonly at: number;
  readonly address: string | undefined;
  readonly user: string | undefined;
  readonly method: string | undefined;
  /** Including the query, if the log has it. */
  readonly path: string | undefined;
  /** Bytes of the response. */
  readonly bytes: number | undefined;
  /** A header field of the request. */
  header(name: string): string | undefined;
  /** Any field: in JSON by its path (`req.user.id`), in text by its number, from 1. */
  field(path: string): string | number | undefined;
}

/** A valid line that is not about a request, such as an application's message in pino. */
export const OTHER = Symbol('other');
