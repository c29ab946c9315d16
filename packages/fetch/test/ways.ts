import { Agent, request } from 'undici';
import { onTestFinished } from 'vitest';
import { type ProtectOptions, protect } from '../src/index.js';
import { protect as interceptor } from '../src/undici.js';

/** The arguments of a call for both APIs of this package. */
export interface CallInit {
  readonly method?: 'GET' | 'POST';
  readonly body?: string;
  readonly signal?: AbortSignal;
}

export interface Called {
  readonly status: number;
  text(): Promise<string>;
  cancel(): Promise<unknown>;
}

export interface Protected {
  call(url: string, init?: CallInit): Promise<Called>;
  readonly breakers: ReturnType<typeof protect>['breakers'];
  readonly limiter: ReturnType<typeof protect>['limiter'];
}

type Options = Omit<ProtectOptions, 'keyOf' | 'costOf' | 'breaker'> & {
  readonly breaker?: { readonly errorThreshold: number; readonly timeWindowSecs: number };
};

function byFetch(options: Options): Protected {
  const fetches = protect(fetch, options);
  return {
    call: async (url, init) => {
      const response = await fetches(url, init);
      return {
        status: response.status,
        text: () => response.text(),
        cancel: () => response.body?.cancel() ?? Promise.resolve(),
      };
    },
    breakers: fetches.breakers,
    limiter: fetches.limiter,
  };
}

function byUndici(options: Options): Protected {
  const through = interceptor(options);
  const agent = new Agent();
  onTestFinished(() => agent.destroy());
  const dispatcher = agent.compose(through);
  return {
    call: async (url, init) => {
      const { statusCode, body } = await request(url, { dispatcher, ...init });
      return {
        status: statusCode,
        text: () => body.text(),
        cancel: async () => body.on('error', () => {}).destroy(),
      };
    },
    breakers: through.breakers,
    limiter: through.limiter,
  };
}

/** Both APIs: everything that this package promises holds for each. */
export const WAYS: Readonly<Record<string, (options: Options) => Protected>> = {
  fetch: byFetch,
  undici: byUndici,
};
