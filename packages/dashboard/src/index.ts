// For the page's preview. There are no subpaths for users yet, so the package is not published.
export { type ActionRequest, type Authorize, actionRefusal, gatekeeper, TOKEN_HEADER } from './access.js';
export { BreakerHistory, type StripPart } from './counting/breakerHistory.js';
export { LimitCounts, type LimitReport, type Result } from './counting/limitCounts.js';
export { RecentRate, SHOWN_SECS, SLOT_SECS } from './counting/recentRate.js';
export { type Counted, SpaceSaving } from './counting/spaceSaving.js';
export { expressDashboard } from './frameworks/express.js';
export { fastifyDashboard } from './frameworks/fastify.js';
export { koaDashboard } from './frameworks/koa.js';
export { type KeyMask, masking, unmasked } from './masking.js';
export type { DashboardOptions } from './options.js';
export type { Asset } from './server/dashboardServer.js';
export { type Snapshot, type SnapshotSources, snapshot } from './snapshot.js';
export { asWatched, type Watched } from './watched.js';
