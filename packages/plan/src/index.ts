export { type FrontierOptions, type FrontierPoint, frontier, type PlanEvent } from './frontier/frontier.js';
export type { Suggestion } from './frontier/suggestion.js';
export { type Recording, type RecordOptions, record } from './record.js';
export { type Replayed, type ReplayOptions, replay } from './replay/replay.js';
export type { PlanReport } from './report/report.js';
