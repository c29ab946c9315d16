import { adaptive } from './adaptive/adaptive.js';
import { breaker } from './breaker/breaker.js';
import { http } from './http/http.js';
import { decision } from './keyed/decision.js';
import { memory } from './keyed/memory.js';
import { spray } from './keyed/spray.js';
import { listening } from './listening/listening.js';
import { overload } from './overload/overload.js';
import type { Part } from './part.js';
import { server } from './server/server.js';

/** All parts, in the order in which they are run. */
export const PARTS: readonly Part[] = [
  decision,
  memory,
  spray,
  listening,
  breaker,
  http,
  server,
  adaptive,
  overload,
];
