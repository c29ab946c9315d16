import type { ModuleMetadata } from '@nestjs/common';
import type { Contender } from '../contender.js';
import type { HttpLimit } from '../http/httpContender.js';

/** What a contender adds to the root module of a NestJS application. */
export interface NestContender extends Contender {
  module(limit: HttpLimit): Promise<Pick<ModuleMetadata, 'imports' | 'providers'>>;
}
