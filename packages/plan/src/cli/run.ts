import type { Readable } from 'node:stream';
import type { BucketPolicy, Limits } from '@breaking/core';
import { ClientBursts } from '../frontier/clientBursts.js';
import { policyCode } from '../frontier/code.js';
import { MAX_KEYS } from '../frontier/frontier.js';
import type { Source } from '../log/chunks.js';
import { Log, type LogTally } from '../log/log.js';
import { PolicyReporter, type PolicyReport } from '../replay/policyReport.js';
import { ReplayedLimits } from '../replay/replayedLimits.js';
import { reportOf } from '../report.js';
import { type Request, requestOf, UsageError } from './arguments.js';
import { HELP } from './help.js';
import { withSources } from './input.js';
import { Progress, sizeOf } from './progress.js';
import { reportText, unparsedText } from './text.js';

/** The streams of a process. */
export interface Streams {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: { write(text: string): unknown };
  readonly stderr: NodeJS.WriteStream;
}

/**
 * The command.
 * @param args what stands behind its name
 * @returns the exit code: 0; 1 for a log that cannot be read or has no requests; 2 for a wrong call
 */
export async function run(args: readonly string[], { stdin, stdout, stderr }: Streams): Promise<number> {
  try {
    const request = requestOf(args, stdin.isTTY !== true);
    if (request === 'help') {
      stdout.write(HELP);
      return 0;
    }
    const isReadTwice = request.policies.length > 0 || request.html !== undefined;
    const output = await withSources(request.files, stdin, isReadTwice, sources =>
      planned(request, sources, stderr),
    );
    stdout.write(output);
    return 0;
  } catch (error) {
    stderr.write(`${(error as Error).message}\n`);
    if (!(error instanceof UsageError)) return 1;
    stderr.write('npx @breaking/plan --help tells what there is.\n');
    return 2;
  }
}

async function planned(
  request: Request,
  sources: readonly Source[],
  stderr: NodeJS.WriteStream,
): Promise<string> {
  const log = new Log(sources, request.selection);
  const bytes = sizeOf(request.files);
  const bursts = new ClientBursts(request.rates, MAX_KEYS);
  const tally = await readWith(new Progress('Reading', bytes, stderr), onRead =>
    log.read(({ key, at, cost }) => bursts.add(key, at, cost), onRead),
  );
  checkTally(tally, bursts.requests);
  const report = reportOf(bursts, request.covers);
  const policy =
    request.policies.length === 0
      ? undefined
      : await replayed(log, request.policies, new Progress('Replaying', bytes, stderr));
  if (!request.json) return reportText(report, tally, policy);
  return `${JSON.stringify({ ...report, ...(policy && { policy }), log: tally }, null, 2)}\n`;
}

async function readWith<T>(
  progress: Progress,
  read: (onRead: (bytes: number) => void) => Promise<T>,
): Promise<T> {
  try {
    return await read(bytes => progress.add(bytes));
  } finally {
    progress.clear();
  }
}

async function replayed(
  log: Log,
  policies: readonly BucketPolicy[],
  progress: Progress,
): Promise<PolicyReport> {
  const limits = new ReplayedLimits('--policy', limitsOf(policies), MAX_KEYS);
  const reporter = new PolicyReporter(policies.map(policyCode).join(' and '));
  await readWith(progress, onRead =>
    log.read(({ key, at, cost }) => {
      const waitSecs = limits.add(key, at, cost);
      if (waitSecs > 0) reporter.refused(key, at, waitSecs);
    }, onRead),
  );
  return reporter.report(limits);
}

function limitsOf(policies: readonly BucketPolicy[]): Limits {
  return Object.fromEntries(policies.map((policy, i) => [`policy ${i + 1}`, policy]));
}

/** @throws Error for a log that says nothing, or whose lines are mostly none of the formats */
function checkTally(tally: LogTally, requests: number): void {
  if (tally.unparsed > tally.lines / 2) {
    const formats = 'the common or combined format of Apache or nginx, the format of AWS ALB, or JSON lines';
    throw new Error(`${unparsedText(tally)}\nExpected are ${formats} (pino-http, Fastify, Caddy, Traefik).`);
  }
  if (requests > 0) return;
  const why = tally.lines === 0 ? 'The log is empty' : 'No line of the log is a request that was asked for';
  throw new Error(`${why}: there is nothing to plan with.`);
}
