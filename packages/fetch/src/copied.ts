type Body = NonNullable<RequestInit['body']>;
type Fields = NonNullable<RequestInit['headers']>;

/**
 * A copy of the arguments of fetch. fetch reads its arguments at once, so callers may change and reuse them while a call
 * waits or is retried.
 * @throws the error of a getter, and TypeError for headers that no request can have
 */
export function copiedInit(init: RequestInit): RequestInit {
  const members: RequestInit & Record<string, unknown> = {};
  // Including inherited members, since fetch accepts a Request here.
  for (const name in init) members[name] = init[name as keyof RequestInit];
  if (members.headers) members.headers = copiedHeaders(members.headers);
  if (members.body) members.body = copiedBody(members.body);
  return members;
}

function copiedHeaders(headers: Fields): Fields {
  if (typeof headers !== 'object') return headers;
  // An iterator can be read only once.
  return Symbol.iterator in headers ? new Headers(headers) : { ...headers };
}

function copiedBody(body: Body): Body {
  if (body instanceof URLSearchParams) return new URLSearchParams(body);
  if (body instanceof FormData) return copiedForm(body);
  if (body instanceof ArrayBuffer) return body.slice(0);
  if (ArrayBuffer.isView(body) && body.buffer instanceof ArrayBuffer)
    return new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice();
  if (body instanceof ReadableStream && body.locked) throw new TypeError('body must not be locked');
  return body;
}

function copiedForm(form: FormData): FormData {
  const copy = new FormData();
  for (const [name, value] of form) {
    if (typeof value === 'string') copy.append(name, value);
    else copy.append(name, value, value.name);
  }
  return copy;
}
