import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { parseEntry, readAccessLog } from '../accessLog.js';

const entry = (client: string, time: string, request: string) =>
  `${client} - - [${time}] "${request}" 200 12 "-" "agent"`;

const SOME_TIME = '17/May/2015:10:05:03 +0000';

test('an entry gives time, client, method and path', () => {
  expect(parseEntry(entry('192.0.2.7', SOME_TIME, 'GET /a?b=c HTTP/1.1'))).toEqual({
    timeSecs: Date.UTC(2015, 4, 17, 10, 5, 3) / 1000,
    client: '192.0.2.7',
    method: 'GET',
    path: '/a?b=c',
  });
});

test('the time zone is applied', () => {
  expect(parseEntry(entry('a', '17/May/2015:10:05:03 -0730', 'GET / HTTP/1.1'))?.timeSecs).toBe(
    Date.UTC(2015, 4, 17, 17, 35, 3) / 1000,
  );
});

test('a quote within a request does not end it', () => {
  expect(parseEntry(entry('::1', SOME_TIME, String.raw`GET /\"x\" HTTP/1.1`))?.path).toBe(String.raw`/\"x\"`);
});

test.each([
  '',
  'no entry',
  entry('a', SOME_TIME, '-'),
  entry('a', SOME_TIME, String.raw`\x16\x03\x01`),
  entry('a', '17/Foo/2015:10:05:03 +0000', 'GET / HTTP/1.1'),
  entry('a', 'yesterday', 'GET / HTTP/1.1'),
])('%j cannot be parsed', line => {
  expect(parseEntry(line)).toBeUndefined();
});

test('a log is read in order of time, and in its own order within one second', () => {
  const log = [
    entry('late', '17/May/2015:10:05:04 +0000', 'GET / HTTP/1.1'),
    entry('first', SOME_TIME, 'GET / HTTP/1.1'),
    entry('second', SOME_TIME, 'GET / HTTP/1.1'),
  ];
  expect(readAccessLog(gzipSync(`${log.join('\n')}\n`)).map(each => each.client)).toEqual([
    'first',
    'second',
    'late',
  ]);
});

test('a line that cannot be parsed is reported, not dropped', () => {
  const log = [entry('a', SOME_TIME, 'GET / HTTP/1.1'), 'gibberish'];
  expect(() => readAccessLog(gzipSync(log.join('\n')))).toThrow(
    'Line 2 is no entry of an access log: gibberish',
  );
});
