import { writeFileSync } from 'node:fs';
import { edgePicture } from './edge.js';
import { frontierPicture } from './frontier.js';
import { outagePicture } from './outage.js';

// Draws the pictures of the README: two from runs on a clock that only the script moves, one from a real log.
writeFileSync(new URL('edge.svg', import.meta.url), edgePicture());
writeFileSync(new URL('outage.svg', import.meta.url), outagePicture());
writeFileSync(new URL('frontier.svg', import.meta.url), frontierPicture());
