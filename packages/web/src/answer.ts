/** Statuses whose answers have no body. */
const WITHOUT_BODY = new Set([204, 205, 304]);

/** Whether nothing of the answer's body is sent. */
export function isWithoutBody(method: string, status: number): boolean {
  return method === 'HEAD' || WITHOUT_BODY.has(status);
}

/**
 * Whether nothing can be changed about an answer: one that switches protocols, a network error, or one whose body somebody has
 * begun to read. None of these can be copied.
 */
export function isSentAsItIs({ status, bodyUsed, body }: Response): boolean {
  return status < 200 || bodyUsed || body?.locked === true;
}

/** Sets header fields on an answer, or on a copy where its own cannot be changed. */
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
    // Those of `fetch`, `Response.redirect` and some runtimes' caches.
    const copy = new Response(response.body, response);
    set(copy);
    return copy;
  }
}
