import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import type { Samples } from './rounds.js';

export interface ContenderResult {
  readonly role: 'ours' | 'peer' | 'floor';
  /** Versions by npm package. */
  readonly versions: Readonly<Record<string, string>>;
}

/** The measurements of one part, and where they were made. */
export interface PartResult {
  readonly title: string;
  /** The day, as YYYY-MM-DD. */
  readonly date: string;
  readonly node: string;
  readonly cpu: string;
  readonly contenders: Readonly<Record<string, ContenderResult>>;
  readonly samples: Samples;
}

/** The last results of each part. Running a part again replaces its results. */
export type Results = Readonly<Record<string, PartResult>>;

export function resultsFile(name: string): URL {
  return new URL(`../results/${name}.json`, import.meta.url);
}

export function readResults(file: URL): Results {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}

export function writeResults(file: URL, results: Results): void {
  mkdirSync(new URL('./', file), { recursive: true });
  const json = JSON.stringify(results, null, 2);
  // Puts the rounds of one contender on one line.
  const readable = json.replace(/\[[-\d.,\se]*\]/g, list => list.replace(/\s+/g, ' '));
  writeFileSync(file, `${readable}\n`);
}

/** The date and machine of a measurement. */
export function surroundings(node: string): Pick<PartResult, 'date' | 'node' | 'cpu'> {
  return {
    date: new Date().toISOString().slice(0, 10),
    node: execFileSync(node, ['-p', 'process.version'], { encoding: 'utf8' }).trim(),
    cpu: `${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} cores`,
  };
}
