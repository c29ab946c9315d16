import { describe, expect, test } from 'vitest';
import { type LogLine, OTHER } from '../src/log/line.js';
import { parseLine } from '../src/log/parseLine.js';

const AT = Date.UTC(2026, 4, 17, 10, 5, 3) / 1000;
const AGENT = 'Mozilla/5.0 (X11)';

interface Expected {
  readonly [what: string]: string | number | undefined;
}

function told(line: LogLine): Expected {
  const { at, address, user, method, path, bytes } = line;
  return { at, address, user, method, path, bytes, agent: line.header('User-Agent') };
}

const COMBINED = `192.0.2.7 - ada [17/May/2026:12:05:03 +0200] "POST /login?a=1 HTTP/1.1" 200 512 "-" "${AGENT}"`;
const PINO = {
  level: 30,
  time: AT * 1000 + 250,
  req: {
    id: 1,
    method: 'POST',
    url: '/login?a=1',
    headers: { 'user-agent': AGENT },
    remoteAddress: '192.0.2.7',
  },
  res: { statusCode: 200, headers: { 'content-length': '512' } },
  msg: 'request completed',
};
const CADDY = {
  level: 'info',
  ts: AT + 0.25,
  logger: 'http.log.access',
  request: {
    remote_ip: '10.0.0.1',
    client_ip: '192.0.2.7',
    method: 'POST',
    uri: '/login?a=1',
    headers: { 'User-Agent': [AGENT] },
  },
  user_id: 'ada',
  size: 512,
};
const TRAEFIK = {
  ClientHost: '192.0.2.7',
  ClientUsername: '-',
  DownstreamContentSize: 512,
  RequestMethod: 'POST',
  RequestPath: '/login?a=1',
  StartUTC: '2026-05-17T10:05:03.25Z',
  time: '2026-05-17T10:05:04Z',
  'request_User-Agent': AGENT,
};
const ALB =
  'h2 2026-05-17T10:05:03.250000Z app/lb/50dc 192.0.2.7:2817 10.0.0.1:80 0.000 0.001 0.000 200 200 34 512 ' +
  `"POST https://example.com:443/login?a=1 HTTP/2.0" "${AGENT}" ECDHE TLSv1.2 arn "Root=1-5" "-" "-" 0 - "-"`;

const REQUEST = { address: '192.0.2.7', method: 'POST', path: '/login?a=1', bytes: 512, agent: AGENT };

describe('a line', () => {
  test.each<[string, string, Expected]>([
    ['combined', COMBINED, { ...REQUEST, at: AT, user: 'ada' }],
    ['common', COMBINED.replace(/ "-" .*/, ''), { ...REQUEST, at: AT, user: 'ada', agent: undefined }],
    ['combined with more behind it', `${COMBINED} "192.0.2.9" 0.003`, { ...REQUEST, at: AT, user: 'ada' }],
    ['vhost_combined', `example.com:443 ${COMBINED}`, { ...REQUEST, at: AT, user: 'ada' }],
    ['combined of Windows', `${COMBINED}\r`, { ...REQUEST, at: AT, user: 'ada' }],
    [
      'of IPv6',
      COMBINED.replace('192.0.2.7', '2001:db8::7'),
      { ...REQUEST, at: AT, user: 'ada', address: '2001:db8::7' },
    ],
    ['pino-http', JSON.stringify(PINO), { ...REQUEST, at: AT + 0.25, user: undefined }],
    ['Caddy', JSON.stringify(CADDY), { ...REQUEST, at: AT + 0.25, user: 'ada' }],
    ['Traefik in JSON', JSON.stringify(TRAEFIK), { ...REQUEST, at: AT + 0.25, user: undefined }],
    ['AWS ALB', ALB, { ...REQUEST, at: AT + 0.25, user: undefined }],
    [
      'AWS ALB of IPv6',
      ALB.replace('192.0.2.7:', '[2001:db8::7]:'),
      { ...REQUEST, at: AT + 0.25, user: undefined, address: '[2001:db8::7]' },
    ],
    ['combined with a byte order mark', `\ufeff${COMBINED}`, { ...REQUEST, at: AT, user: 'ada' }],
    [
      'JSON with a byte order mark',
      `\ufeff${JSON.stringify(PINO)}`,
      { ...REQUEST, at: AT + 0.25, user: undefined },
    ],
  ])('in the format %s gives its request', (_format, line, expected) => {
    expect(told(parseLine(line) as LogLine)).toEqual(expected);
  });

  test('with quotes, spaces and garbage in its request stays one line', () => {
    const line = (request: string) =>
      parseLine(`192.0.2.7 - - [17/May/2026:10:05:03 +0000] "${request}" 400 - "-" "-"`);

    expect(told(line('GET /a\\"b HTTP/1.1') as LogLine)).toMatchObject({ path: '/a\\"b', bytes: 0 });
    expect(told(line('-') as LogLine)).toMatchObject({ at: AT, address: '192.0.2.7', method: undefined });
    expect(told(line('\\x16\\x03\\x01') as LogLine)).toMatchObject({ at: AT, path: undefined });
  });

  test.each([
    '',
    'hello',
    '192.0.2.7 - - [17/Foo/2026:10:05:03 +0000] "GET / HTTP/1.1" 200 5',
    '192.0.2.7 - - [17/May/2026:10:05:03 +0000] no request',
    '[17/May/2026:10:05:03 +0000] "GET / HTTP/1.1" 200 5',
    '#Fields: date time',
    '{"time":',
    '{"req":{}} trailing',
  ])('such as %j has an unknown format', line => {
    expect(parseLine(line)).toBeUndefined();
  });

  test.each([
    [{ ...PINO, res: undefined, msg: 'asking the database' }],
    [{ level: 30, time: AT * 1000, msg: 'listening' }],
    [
      {
        level: 30,
        time: AT * 1000,
        reqId: 'req-1',
        res: { statusCode: 200 },
        responseTime: 3,
        msg: 'request completed',
      },
    ],
    [{ method: 'GET', url: '/' }],
    [{ time: 1e300, method: 'GET', url: '/' }],
    [{ time: -1e300, method: 'GET', url: '/' }],
    [{ time: 'request 1', method: 'GET', url: '/' }],
  ])('%j is valid, but has no request', object => {
    expect(parseLine(JSON.stringify(object))).toBe(OTHER);
  });

  test('of Fastify counts once, at the start of the request', () => {
    const req = {
      method: 'GET',
      url: '/',
      host: 'example.com',
      remoteAddress: '192.0.2.7',
      remotePort: 5000,
    };
    const line = parseLine(
      JSON.stringify({ level: 30, time: AT * 1000, reqId: 'req-1', req, msg: 'incoming request' }),
    );

    expect(told(line as LogLine)).toMatchObject({ at: AT, address: '192.0.2.7', method: 'GET', path: '/' });
  });

  test('has its fields by path, or by number in text', () => {
    const [text, json] = [COMBINED, JSON.stringify(PINO)].map(line => parseLine(line) as LogLine);

    expect(['1', '3', '4', '5', '6', '9', '10'].map(n => text!.field(n))).toEqual([
      '192.0.2.7',
      'ada',
      '17/May/2026:12:05:03 +0200',
      'POST /login?a=1 HTTP/1.1',
      '200',
      AGENT,
      undefined,
    ]);
    expect(
      ['req.id', 'req.method', 'res.headers.content-length', 'req.user', 'toString'].map(path =>
        json!.field(path),
      ),
    ).toEqual([1, 'POST', '512', undefined, undefined]);
  });

  test.each([
    [AT],
    [AT * 1000],
    [AT * 1e6],
    [String(AT)],
    ['2026-05-17T10:05:03Z'],
    ['2026-05-17T12:05:03+02:00'],
    ['2026-05-17T12:05:03.000+0200'],
    ['2026-05-17 10:05:03'],
    ['17/May/2026:10:05:03 +0000'],
  ])('of JSON may have its time as %j', time => {
    expect((parseLine(JSON.stringify({ time, remote_addr: '192.0.2.7' })) as LogLine).at).toBe(AT);
  });
});
