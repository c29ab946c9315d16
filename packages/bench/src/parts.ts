import type { Part } from './part.js';

/** All parts, in order. Each is loaded separately, so that a process loads only what it measures. */
const LOADED: Readonly<Record<string, () => Promise<Part>>> = {
  decision: async () => (await import('./keyed/decision.js')).decision,
  loaded: async () => (await import('./keyed/loaded.js')).loaded,
  tiers: async () => (await import('./keyed/tiers.js')).tiers,
  allocation: async () => (await import('./keyed/allocation.js')).allocation,
  memory: async () => (await import('./keyed/memory.js')).memory,
  spray: async () => (await import('./keyed/spray.js')).spray,
  listening: async () => (await import('./listening/listening.js')).listening,
  redis: async () => (await import('./redis/redis.js')).redis,
  leases: async () => (await import('./leases/leases.js')).leases,
  waiting: async () => (await import('./waiting/waiting.js')).waiting,
  breaker: async () => (await import('./breaker/breaker.js')).breaker,
  outbound: async () => (await import('./outbound/outbound.js')).outbound,
  http: async () => (await import('./http/http.js')).http,
  nest: async () => (await import('./nest/nest.js')).nest,
  server: async () => (await import('./server/server.js')).server,
  loading: async () => (await import('./package/loading.js')).loading,
  adaptive: async () => (await import('./adaptive/adaptive.js')).adaptive,
  overload: async () => (await import('./overload/overload.js')).overload,
};

export const PARTS = Object.keys(LOADED);

/** @throws Error if no part has this name */
export function partNamed(name: string): Promise<Part> {
  const load = LOADED[name];
  if (load === undefined) throw new Error(`No part is called ${name}. There are: ${PARTS.join(', ')}.`);
  return load();
}
