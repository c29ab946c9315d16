/** Statuses of responses without a body. */
const WITHOUT_BODY = new Set([204, 205, 304]);

/** Whether no body is sent with the response. */
export function isWithoutBody(method: string, status: number): boolean {
  return method === 'HEAD' || WITHOUT_BODY.has(status);
}

/**
 * Whether a response cannot be changed or copied: it switches protocols, is a network error, or its body was already read
 * from.
 */
export function isSentAsItIs({ status, bodyUsed, body }: Response): boolean {
  return status < 200 || bodyUsed || body?.locked === true;
}

/** Sets header fields on a response, or on a copy of it if its headers are immutable. */
export function withFields(response: Response, fields: Readonly<Record<string, string>>): Response {
  const names = Object.keys(fields);
  if (names.length === 0) return response;
  const set = ({ headers }: Response) => {
    for (const name of names) headers.set(name, fields[name] as string);
  };
  try {
    set(response);
    return response;
  } catch {
    // Responses of `fetch`, of `Response.redirect` and of the caches of some runtimes have immutable headers.
    const copy = new Response(response.body, response);
    set(copy);
    return copy;
  }
}
