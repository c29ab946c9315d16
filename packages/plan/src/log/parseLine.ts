import { AlbLine } from './albLine.js';
import { ClfLine } from './clfLine.js';
import { JsonLine } from './jsonLine.js';
import type { LogLine, OTHER } from './line.js';

const BRACE = 0x7b;
const BYTE_ORDER_MARK = 0xfeff;

/** @returns undefined for a line that is none of the formats */
export function parseLine(line: string): LogLine | typeof OTHER | undefined {
  const start = line.charCodeAt(0);
  // Of a file that Windows wrote, or of several that were joined.
  if (start === BYTE_ORDER_MARK) return parseLine(line.slice(1));
  if (start === BRACE) return JsonLine.parse(line);
  return ClfLine.parse(line) ?? AlbLine.parse(line);
}
