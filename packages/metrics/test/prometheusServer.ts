import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { freePort, GuardedProgram } from '@breaking/testkit';
import { prometheusProgram } from './prometheusProgram.js';

/** A value, and the labels of its series. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A Prometheus for tests, which scrapes one service four times a second. */
export class PrometheusServer {
  readonly url: string;
  readonly #folder: string;
  readonly #process: GuardedProgram;

  private constructor(url: string, folder: string, process: GuardedProgram) {
    this.url = url;
    this.#folder = folder;
    this.#process = process;
  }

  /**
   * @param target host and port of the service
   * @param ruleFiles paths of alert rules
   */
  static async start(target: string, ruleFiles: readonly string[] = []): Promise<PrometheusServer> {
    const program = await prometheusProgram('prometheus');
    const folder = mkdtempSync(join(tmpdir(), 'breaking-prometheus-'));
    const config = join(folder, 'prometheus.yml');
    // JSON is YAML.
    writeFileSync(
      config,
      JSON.stringify({
        global: { scrape_interval: '250ms', scrape_timeout: '250ms', evaluation_interval: '250ms' },
        rule_files: ruleFiles,
        scrape_configs: [{ job_name: 'example', static_configs: [{ targets: [target] }] }],
      }),
    );
    const address = `127.0.0.1:${await freePort()}`;
    const args = [
      `--config.file=${config}`,
      `--storage.tsdb.path=${folder}`,
      `--web.listen-address=${address}`,
    ];
    const process = await GuardedProgram.start(program, args, 'Server is ready to receive web requests');
    return new PrometheusServer(`http://${address}`, folder, process);
  }

  /** @throws Error with the message of Prometheus */
  async query(query: string): Promise<readonly Sample[]> {
    const { result } = await this.#get<{ result: { metric: Sample['labels']; value: [number, string] }[] }>(
      `query?${new URLSearchParams({ query })}`,
    );
    return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  }

  /** The values of a label among the series that match. */
  labelValues(label: string, match: string): Promise<readonly string[]> {
    return this.#get(`label/${label}/values?${new URLSearchParams({ 'match[]': match })}`);
  }

  /** Each alert rule, and whether Prometheus could evaluate it. */
  async rules(): Promise<readonly { readonly name: string; readonly health: string }[]> {
    const { groups } = await this.#get<{ groups: { rules: { name: string; health: string }[] }[] }>('rules');
    return groups.flatMap(({ rules }) => rules.map(({ name, health }) => ({ name, health })));
  }

  async #get<T>(path: string): Promise<T> {
    const answer = (await (await fetch(`${this.url}/api/v1/${path}`)).json()) as { data: T; error?: string };
    if (answer.error !== undefined) throw new Error(`${path}: ${answer.error}`);
    return answer.data;
  }

  async close(): Promise<void> {
    await this.#process.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Repeats `ask` until the answer is as expected, and returns the last answer if it is not in five minutes. */
export async function eventually<T>(ask: () => Promise<T>, isSo: (answer: T) => boolean): Promise<T> {
  let answer = await ask();
  for (let asked = 1; !isSo(answer) && asked < 3000; asked++) {
    await setTimeout(100);
    answer = await ask();
  }
  return answer;
}
