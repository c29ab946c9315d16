import { AlbLine } from './albLine.js';
import { ClfLine } from './clfLine.js';
import { JsonLine } from './jsonLine.js';
import type { LogLine, OTHER } from './line.js';

const BRACE = 0x7b;
const BYTE_ORDER_MARK = 0xfeff;

/** @returns undefined for a line in an unknown format */
export function parseLine(line: string): LogLine | typeof OTHER | undefined {
  const start = line.charCodeAt(0);
  // Files from Windows, and joined files, may have byte order marks.
  if (start === BYTE_ORDER_MARK) return parseLine(line.slice(1));
  if (start === BRACE) return JsonLine.parse(line);
  return ClfLine.parse(line) ?? AlbLine.parse(line);
}
