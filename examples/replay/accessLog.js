import { gunzipSync } from 'node:zlib';

/**
 * @typedef {object} LoggedRequest
 * @property {number} timeSecs Unix time in whole seconds
 * @property {string} client the client's address
 * @property {string} method
 * @property {string} path the path with its query, as it was sent
 */

/**
 * Apache's combined log format: host, identity, user, [time], "request", and further fields. In quotes, Apache writes a
 * quote as \" and a backslash as \\.
 */
const ENTRY = /^(?<client>\S+) \S+ \S+ \[(?<time>[^\]]+)\] "(?<request>(?:[^"\\]|\\.)*)"/;
const REQUEST = /^(?<method>[A-Z]+) (?<path>\S+) HTTP\/\d\.\d$/;
const TIME =
  /^(?<day>\d\d)\/(?<month>[A-Z][a-z]{2})\/(?<year>\d{4}):(?<clock>\d\d:\d\d:\d\d) (?<zone>[+-]\d\d)(?<zoneMinutes>\d\d)$/;

/**
 * The requests of an access log in order of time; requests of the same second keep their order.
 * @param {Uint8Array} gzipped
 * @returns {LoggedRequest[]}
 * @throws {Error} for a line that is not an entry, since a missing request would make all later counts wrong
 */
export function readAccessLog(gzipped) {
  const lines = gunzipSync(gzipped).toString('latin1').split('\n');
  if (lines.at(-1) === '') lines.pop();
  const requests = lines.map((line, i) => {
    const request = parseEntry(line);
    if (request === undefined) throw new Error(`Line ${i + 1} is no entry of an access log: ${line}`);
    return request;
  });
  return requests.sort((a, b) => a.timeSecs - b.timeSecs);
}

/**
 * @param {string} line
 * @returns {LoggedRequest | undefined} undefined for a line that is not an entry
 */
export function parseEntry(line) {
  const { client, time = '', request = '' } = ENTRY.exec(line)?.groups ?? {};
  const { method, path } = REQUEST.exec(request)?.groups ?? {};
  const timeSecs = parseTime(time);
  if (client === undefined || method === undefined || path === undefined || Number.isNaN(timeSecs)) return;
  return { timeSecs, client, method, path };
}

/**
 * @param {string} time such as 17/May/2015:10:05:03 +0000
 * @returns {number} NaN if the text is not a time
 */
function parseTime(time) {
  const { day, month, year, clock, zone, zoneMinutes } = TIME.exec(time)?.groups ?? {};
  return Date.parse(`${day} ${month} ${year} ${clock} GMT${zone}${zoneMinutes}`) / 1000;
}
