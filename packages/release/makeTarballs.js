/** `npm run tarballs`: packs every public package into `tarballs/`, for use before it is published. */
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { packBuiltInto } from './tarballs.js';

const folder = fileURLToPath(new URL('../../tarballs/', import.meta.url));
await mkdir(folder, { recursive: true });
const tarballs = await packBuiltInto(folder);
for (const { path } of tarballs) console.log(path);
console.log(`${tarballs.length} packages are packed into tarballs/.`);
