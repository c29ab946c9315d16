import { writeFileSync } from 'node:fs';
import { edgePicture } from './edge.js';
import { frontierPicture } from './frontier.js';
import { outagePicture } from './outage.js';
import { overloadPicture } from './overload.js';

// Draws the pictures of the README: three from runs in simulated time, one from a real log.
writeFileSync(new URL('edge.svg', import.meta.url), edgePicture());
writeFileSync(new URL('outage.svg', import.meta.url), outagePicture());
writeFileSync(new URL('overload.svg', import.meta.url), overloadPicture());
writeFileSync(new URL('frontier.svg', import.meta.url), frontierPicture());
