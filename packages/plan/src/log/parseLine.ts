import { AlbLine } from './albLine.js';
import { ClfLine } from './clfLine.js';
import { JsonLine } from './jsonLine.js';
import type { LogLine, OTHER } from './line.js';

const BRACE = 0x7b;

/** @returns undefined for a line that is none of the formats */
export function parseLine(line: string): LogLine | typeof OTHER | undefined {
  if (line.charCodeAt(0) === BRACE) return JsonLine.parse(line);
  return ClfLine.parse(line) ?? AlbLine.parse(line);
}
