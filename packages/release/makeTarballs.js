/** `npm run tarballs`: packs every public package into `tarballs/`, for use before it is published. */
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { packBuiltInto } from './tarballs.js';

const folder = fileURLToPath(new URL('../../tarballs/', import.meta.url));
await mkdir(folder, { recursive: true });
for (const { path } of await packBuiltInto(folder)) console.log(path);
