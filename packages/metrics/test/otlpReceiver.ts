import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** The JSON of OTLP/HTTP, as far as it is read here (opentelemetry-proto, metrics/v1/metrics.proto). */
interface ExportedMetrics {
  readonly resourceMetrics: readonly {
    readonly scopeMetrics: readonly {
      readonly scope: { readonly name: string };
      readonly metrics: readonly ExportedMetric[];
    }[];
  }[];
}

export interface ExportedMetric {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly sum?: { readonly isMonotonic: boolean; readonly dataPoints: readonly DataPoint[] };
  readonly gauge?: { readonly dataPoints: readonly DataPoint[] };
}

export interface DataPoint {
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[];
  /** A 64 bit number may be sent as a string. */
  readonly asInt?: string | number;
  readonly asDouble?: number;
}

/** A collector of metrics that keeps the last export. */
export class OtlpReceiver {
  readonly url: string;
  readonly #server: Server;
  #metrics: readonly ExportedMetric[] = [];

  private constructor(url: string, server: Server) {
    this.url = url;
    this.#server = server;
  }

  static async start(): Promise<OtlpReceiver> {
    const server = createServer(async (req, res) => {
      const isMetrics = req.method === 'POST' && req.url === '/v1/metrics';
      if (!isMetrics || req.headers['content-type'] !== 'application/json') return res.writeHead(415).end();
      receiver.#receive((await json(req)) as ExportedMetrics);
      return res.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const receiver = new OtlpReceiver(
      `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/metrics`,
      server,
    );
    return receiver;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  get metrics(): readonly ExportedMetric[] {
    return this.#metrics;
  }

  get names(): readonly string[] {
    return this.#metrics.map(({ name }) => name);
  }

  /** @throws Error if it was not sent */
  metric(name: string): ExportedMetric {
    const found = this.#metrics.find(metric => metric.name === name);
    if (found === undefined) throw new Error(`${name} is not among ${this.names}`);
    return found;
  }

  /** The values of a metric by its attributes: `name=api,result=allowed`. */
  values(name: string): Readonly<Record<string, number>> {
    const { sum, gauge } = this.metric(name);
    return Object.fromEntries(
      (sum ?? gauge)?.dataPoints.map(({ attributes, asInt, asDouble }) => [
        attributes.map(({ key, value }) => `${key}=${value.stringValue}`).join(','),
        Number(asInt ?? asDouble),
      ]) ?? [],
    );
  }

  #receive({ resourceMetrics }: ExportedMetrics): void {
    const scopes = resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics);
    this.#metrics = scopes
      .filter(({ scope }) => scope.name === '@breaking/metrics')
      .flatMap(each => each.metrics);
  }
}
