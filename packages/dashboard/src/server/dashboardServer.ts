import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { actionRefusal } from '../access.js';
import { keyIds, masking, unmasked } from '../masking.js';
import type { DashboardSettings } from '../options.js';
import { type SnapshotSources, snapshot } from '../snapshot.js';
import { type ActionScope, perform } from './actions.js';
import { jsonBody } from './jsonBody.js';
import { Observation } from './observation.js';
import { PAGE_FILES } from './pageFiles.js';
import { Viewers } from './viewers.js';

/** A request under the path of a dashboard. */
export interface AskedOf<Req> {
  /** The request that `authorize` receives. */
  readonly asked: Req;
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** The original URL. */
  readonly url: string;
  /** The part of the URL after the path of the dashboard, without the query: empty, or beginning with a slash. */
  readonly path: string;
  /** The parsed body, if the framework has parsed it. */
  readonly body?: unknown;
}

/** What the page may load: only its own files and events. `default-src` covers everything that is not listed. */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** Makes browsers reconnect one second after the server was gone. */
const RETRY = 'retry: 1000\n\n';

/**
 * Answers requests under the path of a dashboard, for all frameworks, with Node's requests and responses. Without permission,
 * every response is the same 403.
 */
export class DashboardServer<Req> {
  readonly #settings: DashboardSettings<Req>;
  readonly #observation: Observation;
  readonly #viewers: Viewers;
  readonly #token = randomBytes(24).toString('base64url');
  readonly #mask;
  readonly #idOf = keyIds();
  readonly #rounds: Pick<SnapshotSources, 'breakerRounds' | 'placesRounds'> = {
    breakerRounds: new WeakMap(),
    placesRounds: new WeakMap(),
  };

  constructor(settings: DashboardSettings<Req>) {
    this.#settings = settings;
    this.#mask = settings.showKeys ? unmasked : masking();
    this.#observation = new Observation(settings.watch, settings.clock, settings.record);
    this.#viewers = new Viewers({
      event: () => this.#event(),
      onFirst: () => this.#observation.watch(),
      onLast: () => this.#observation.leave(),
    });
  }

  /** Answers a request. Never rejects. */
  async answer({ asked, req, res, url, path, body }: AskedOf<Req>): Promise<void> {
    if (!(await this.#settings.mayEnter(asked))) return say(res, 403, 'Forbidden');
    if (path === '/actions') return this.#act(req, res, body);
    if (req.method !== 'GET' && req.method !== 'HEAD')
      return say(res, 405, 'Method Not Allowed', { allow: 'GET' });
    if (path === '') return redirect(url, res);
    if (path === '/events') return this.#sendEvents(req, res);
    const file = PAGE_FILES.get(path.slice(1));
    if (file === undefined) return say(res, 404, 'Not Found');
    res
      .writeHead(200, { ...HEADERS, 'content-type': file.type })
      .end(req.method === 'HEAD' ? undefined : file.body);
  }

  /** Ends all responses and stops listening. */
  close(): void {
    this.#viewers.close();
    this.#observation.close();
  }

  #sendEvents(req: IncomingMessage, res: ServerResponse): void {
    // Without `x-accel-buffering`, proxies that buffer responses would hold back the events.
    res.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
    if (req.method === 'HEAD') return void res.end();
    res.write(RETRY);
    this.#viewers.add(res);
  }

  #event(): string {
    const { watch, clock, title, actions } = this.#settings;
    const { history, counts, refusals, countedSince } = this.#observation;
    const observed = { history, counts, refusals, countedSince };
    const now = clock.secondsSinceEpoch();
    const sources = { ...observed, ...this.#rounds, watched: watch(), mask: this.#mask, idOf: this.#idOf };
    const data = { title, ...(actions && { token: this.#token }), ...snapshot(sources, now) };
    return `data: ${JSON.stringify(data)}\n\n`;
  }

  async #act(req: IncomingMessage, res: ServerResponse, body: unknown): Promise<void> {
    const { actions, watch, clock } = this.#settings;
    const request = { method: req.method ?? '', headers: req.headers };
    const refusal = actionRefusal(request, actions ? this.#token : undefined);
    if (refusal === 405) return say(res, 405, 'Method Not Allowed', { allow: 'POST' });
    if (refusal !== undefined) return say(res, refusal, 'Forbidden');
    const countsOf = (name: string) => this.#observation.counts?.get(name);
    const now = clock.secondsSinceEpoch();
    const scope: ActionScope = {
      watched: watch(),
      idOf: this.#idOf,
      refusedKeysOf: name => countsOf(name)?.report(now).refusedKeys ?? [],
      blocked: (name, key, secs) => countsOf(name)?.blocked(key, secs, now),
    };
    try {
      const asked = body ?? (await jsonBody(req));
      res.writeHead(await perform(asked, scope), HEADERS).end();
    } catch {
      // The details of the error belong in the log of the store and are not for viewers.
      say(res, 503, 'Service Unavailable');
    }
  }
}

/** Relative, since a proxy may have removed a prefix of the path that only the browser knows. */
function redirect(url: string, res: ServerResponse): void {
  const [path = ''] = url.split('?');
  res.writeHead(302, { ...HEADERS, location: `./${path.slice(path.lastIndexOf('/') + 1)}/` }).end();
}

function say(res: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): void {
  res
    .writeHead(status, { ...HEADERS, 'content-type': 'text/plain; charset=utf-8', ...headers })
    .end(`${text}\n`);
}
