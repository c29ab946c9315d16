import { access, constants, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { Log } from '../log/log.js';
import { pageHtml } from '../page/page.js';
import { Timeline } from '../page/timeline.js';
import { type Request, requestOf, UsageError } from './arguments.js';
import { HELP } from './help.js';
import { withSources } from './input.js';
import { type Found, found, replayed } from './passes.js';
import { Progress, sizeOf } from './progress.js';
import { headText, notesOf, reportText } from './text.js';

/** The streams of a process. */
export interface Streams {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: { write(text: string): unknown };
  readonly stderr: NodeJS.WriteStream;
}

/**
 * The command.
 * @param args the arguments after its name
 * @returns the exit code: 0; 1 for a log that cannot be read or has no requests, or a page that cannot be written; 2 for
 *   wrong arguments
 */
export async function run(args: readonly string[], { stdin, stdout, stderr }: Streams): Promise<number> {
  try {
    const request = requestOf(args, stdin.isTTY !== true);
    stdout.write(request === 'help' ? HELP : await planned(request, stdin, stderr));
    return 0;
  } catch (error) {
    stderr.write(`${(error as Error).message}\n`);
    if (!(error instanceof UsageError)) return 1;
    stderr.write('Run npx @breaking/plan --help for the options.\n');
    return 2;
  }
}

async function planned(request: Request, stdin: Readable, stderr: NodeJS.WriteStream): Promise<string> {
  const { files, selection, policies, json, html } = request;
  // Checked now, since reading may take hours.
  if (html !== undefined) await access(dirname(html), constants.W_OK);
  const isReadTwice = policies.length > 0 || html !== undefined;
  return withSources(files, stdin, isReadTwice, async sources => {
    const log = new Log(sources, selection);
    const bytes = sizeOf(files);
    const first = await found(log, request, new Progress('Reading', bytes, stderr));
    const { report, tally } = first;
    const timeline = new Timeline(tally.first, tally.last);
    const asked = policies.length > 0 ? policies : [report.suggested];
    const policy = isReadTwice
      ? await replayed(log, asked, timeline, new Progress('Replaying', bytes, stderr))
      : undefined;
    if (html !== undefined && policy !== undefined) await writeFile(html, page(first, policy, timeline));
    const shown = policies.length > 0 ? policy : undefined;
    if (json)
      return `${JSON.stringify({ ...report, ...(shown && { policy: shown }), log: tally }, null, 2)}\n`;
    return reportText(report, tally, shown) + (html === undefined ? '' : `\nThe page is ${html}\n`);
  });
}

function page(
  { report, summaries, sizes, tally }: Found,
  policy: Awaited<ReturnType<typeof replayed>>,
  timeline: Timeline,
) {
  const [head, notes] = [headText(report, tally), notesOf(report, tally)];
  return pageHtml({ report, summaries, sizes, policy, timeline, head, notes });
}
