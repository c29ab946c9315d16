import { writeFileSync } from 'node:fs';
import { edgePicture } from './edge.js';
import { outagePicture } from './outage.js';

// Draws the pictures of the README from runs on a clock that stands still but for the script.
writeFileSync(new URL('edge.svg', import.meta.url), edgePicture());
writeFileSync(new URL('outage.svg', import.meta.url), outagePicture());
