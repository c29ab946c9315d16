export {
  type AdapterUnderTest,
  type GateUnderTest,
  type Handler,
  type Io,
  madeOnce,
  type Scenario,
  sendOk,
  type Trust,
} from './adapterUnderTest.js';
export { circuitBreakerContract } from './circuitBreakerContract.js';
export { expectCollected } from './collected.js';
export { concurrencyLimitContract } from './concurrencyLimitContract.js';
export { type LambdaApp, type LambdaHandler, lambdaContract } from './lambdaContract.js';
export { breakerOutcomes, Held, heard, provokes, turn, until, type Warning, warned } from './observed.js';
export { freePort } from './programs/freePort.js';
export { GuardedProgram } from './programs/guardedProgram.js';
export { installedProgram, type Program } from './programs/installedProgram.js';
export { compileFixtures, TSC } from './programs/tsc.js';
export { unpackedProgram } from './programs/unpackedProgram.js';
export { tokensOf } from './rateLimit/limit.js';
export { rateLimitContract } from './rateLimitContract.js';
export { type Answer, type Asked, listen, Served, serve } from './served.js';
export { storeContract } from './storeContract.js';
export type { StoreUnderTest } from './storeUnderTest.js';
export { type WebHandler, type WebInfo, webServer } from './webServer.js';
export { type WebSocketApp, type WebSocketGates, webSocketContract } from './webSocketContract.js';
