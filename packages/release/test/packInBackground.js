import { renameSync, writeFileSync } from 'node:fs';
import { packBuiltInto } from '../tarballs.js';

const [, , folder = '', report = '', withTypes] = process.argv;
const packed = await packBuiltInto(folder, withTypes === 'true').then(
  tarballs => ({ tarballs }),
  error => ({ error: String(error.stack) }),
);
// Renamed when it is complete, so that nobody reads half of it.
writeFileSync(`${report}.part`, JSON.stringify(packed));
renameSync(`${report}.part`, report);
