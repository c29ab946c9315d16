const FIELD = /"((?:[^"\\]|\\.)*)"|\[([^\]]*)\](?=\s|$)|(\S+)/g;

/** The n-th field of a line, from 1. Text in quotes or brackets is one field, without the quotes. */
export function fieldAt(line: string, n: number): string | undefined {
  let i = 0;
  for (const [, quoted, bracketed, bare] of line.matchAll(FIELD)) {
    i += 1;
    if (i === n) return quoted ?? bracketed ?? bare;
  }
  return undefined;
}

/** `GET /path HTTP/1.1`, or with a whole URL instead of the path. */
export function requestOf(text = ''): {
  readonly method: string | undefined;
  readonly path: string | undefined;
} {
  const [, method, target] = /^([A-Za-z]+) (\S+)/.exec(text) ?? [];
  return { method, path: target === undefined ? undefined : pathOf(target) };
}

function pathOf(target: string): string {
  const [, path] = /^[a-z]+:\/\/[^/]*(\/.*)?$/i.exec(target) ?? [undefined, target];
  return path ?? '/';
}
