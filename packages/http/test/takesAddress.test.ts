import { expect, test } from 'vitest';
import { takesAddress } from '../src/clientKey/takesAddress.js';

/** Compiled at run time, so that no tool rewrites the text. */
const made = (text: string) => new Function(`return ${text}`)() as () => string;

test.each([
  '(req, address) => address',
  "(req, address = '') => address",
  "({ user, plan }, address = '') => address",
  "(req = {}, address = '') => address",
  '(...args) => args[1]',
  'async (req, ...others) => others[0]',
  'function (req) { return arguments[1]; }',
  "({ keyOf(req, address = '') { return address; } }).keyOf",
  '((req, address) => address).bind(null)',
  'new Proxy((...args) => args[1], {})',
])('%s uses the address', text => {
  expect(takesAddress(made(text))).toBe(true);
});

test.each([
  '() => "ada"',
  'req => req.user',
  'async req => [...req.names].join(",")',
  '({ user, plan }) => [user, plan].join()',
  '({ user, ...others }) => user',
  'function keyOf(req) { return [req.user, req.plan].join(); }',
  '(req = {}) => req.user',
  'req => hash(req.user, req.plan)',
  '(req => req.user).bind(null)',
])('%s does not use it', text => {
  expect(takesAddress(made(text))).toBe(false);
});
