import next from 'next';
import { checkApi } from './checkApi.js';

// Like `next start`.
const app = next({ dev: false, quiet: true });
await app.prepare();
await checkApi(app.getRequestHandler());
