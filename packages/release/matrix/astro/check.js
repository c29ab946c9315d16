import { checkApi } from './checkApi.js';
import { handler } from './dist/server/entry.mjs';

await checkApi(handler);
