// Reads the lines of a file and ignores them, to measure the cost of reading alone.
import { fileSource, linesOf, unzipped } from '../dist/log/chunks.js';

let n = 0;
for await (const lines of linesOf(unzipped(fileSource(process.argv[2] ?? '').chunks()))) n += lines.length;
console.log(n);
