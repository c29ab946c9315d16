import { rateText } from '../frontier/code.js';
import type { LogTally } from '../log/log.js';
import { percentText } from '../report/percent.js';
import { isoOf, type PolicyReport } from '../report/policyReport.js';
import type { PlanReport } from '../report/report.js';

/** Show at least this many rows. Further rows are omitted if they repeat the row before. */
const FEWEST_ROWS = 8;

/** The report as text. */
export function reportText(report: PlanReport, tally: LogTally, policy: PolicyReport | undefined): string {
  const parts = [
    headText(report, tally),
    tableText(report),
    suggestionText(report),
    decidersText(report),
    ...(policy === undefined ? [] : [policyText(policy, report)]),
    notesOf(report, tally).join('\n'),
  ];
  return `${parts.filter(part => part !== '').join('\n\n')}\n`;
}

/** The number of requests and clients, and the time. */
export function headText({ requests, keys }: PlanReport, { first, last }: LogTally): string {
  const time = (secs: number) => isoOf(secs).replace('T', ' ').replace(/\..*/, '');
  return `${counted(requests, 'request')} of ${counted(keys, 'client')}, ${time(first)} to ${time(last)} UTC`;
}

function tableText(report: PlanReport): string {
  const covers = Object.keys(report.frontier[0]?.bursts ?? {});
  const rows = shownPoints(report).map(([{ restoreRateHz, bursts }, shares]) => [
    rateText(restoreRateHz),
    ...covers.flatMap(cover => [number(bursts[cover] as number), percentText(shares[cover] as number)]),
  ]);
  return [
    'The smallest burst at which so many of the clients are never refused, and the share of the requests that they made:',
    '',
    ...aligned([['rate', ...covers.flatMap(cover => ['', cover.replace('%', ' %')])], ...rows]),
  ].join('\n');
}

/**
 * Rows as aligned columns. The first column is aligned to the left; the others are in pairs, with more space before each
 * pair.
 */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_cell, i) => Math.max(...rows.map(row => (row[i] as string).length)));
  return rows.map(row =>
    row
      .map((cell, i) => {
        const width = widths[i] as number;
        return i === 0 ? cell.padEnd(width) : cell.padStart(width + (i % 2 === 1 ? 5 : 2));
      })
      .join(''),
  );
}

type Row = readonly [PlanReport['frontier'][number], Readonly<Record<string, number>>];

/** Omits the fastest rates if they need the same bursts as the next slower one. */
function shownPoints({ frontier, requestShares }: PlanReport): readonly Row[] {
  const rows = frontier.map((point, i): Row => [point, requestShares[i]?.shares ?? {}]);
  const isRepeated = (i: number) =>
    JSON.stringify(rows[i]?.[0].bursts) === JSON.stringify(rows[i - 1]?.[0].bursts);
  let shown = rows.length;
  while (shown > FEWEST_ROWS && isRepeated(shown - 1) && (rows[shown - 2]?.[0].restoreRateHz ?? 0) >= 1)
    shown -= 1;
  return rows.slice(0, shown);
}

function suggestionText({ suggested, frontier, requestShares }: PlanReport): string {
  if (suggested === undefined) return '';
  const i = frontier.findIndex(point => point.restoreRateHz === suggested.restoreRateHz);
  const share = requestShares[i]?.shares[suggested.cover] ?? 1;
  const inAMinute = Math.round(suggested.capacityMax + 60 * suggested.restoreRateHz);
  return [
    `Suggested: ${suggested.code}`,
    `It never refuses ${suggested.cover.replace('%', ' %')} of the clients, who made ${percentText(share)} of the requests, ` +
      `and lets a client take at most ${counted(inAMinute, 'token')} in any minute.`,
  ].join('\n');
}

function decidersText({ deciders, suggested }: PlanReport): string {
  if (suggested === undefined) return '';
  return [
    `The clients that need the largest bursts at ${rateText(suggested.restoreRateHz)}:`,
    '',
    ...deciders.map(
      ({ key, burst, requests }) =>
        `${number(burst).padStart(9)}  ${printable(key)}, ${counted(requests, 'request')}`,
    ),
  ].join('\n');
}

function policyText(policy: PolicyReport, { requests, keys }: PlanReport): string {
  const { code, refused, clients, firstRefusals } = policy;
  const head =
    `${code} would have refused ${number(refused)} of ${number(requests)} requests (${percentText(refused / requests)}), ` +
    `of ${number(policy.keys.length)} of ${number(keys)} clients.`;
  if (refused === 0) return head;
  const wait = (secs: number | null) => (secs === null ? 'never' : `${number(Math.ceil(secs))} s`);
  return [
    head,
    '',
    'Refused most:',
    ...clients.map(
      client =>
        `${number(client.refused).padStart(9)}  ${printable(client.key)}, first at ${client.firstAt}, ` +
        `longest Retry-After ${wait(client.longestRetryAfterSecs)}`,
    ),
    '',
    'The first refusals:',
    ...firstRefusals.map(
      each => `  ${each.at}  ${printable(each.key)}, Retry-After ${wait(each.retryAfterSecs)}`,
    ),
  ].join('\n');
}

/** What limits the precision of the numbers. */
export function notesOf({ approximate, frontier }: PlanReport, tally: LogTally): readonly string[] {
  const notes = [
    'Apache logs when a request began, nginx and most others when its response ended. Requests with long responses came earlier than shown.',
  ];
  if (tally.areWholeSeconds && frontier.some(point => point.restoreRateHz >= 1)) {
    notes.push(
      'The times are whole seconds. For rates of 1 a second and more, the true burst may differ by one second’s tokens.',
    );
  }
  if (approximate !== undefined) {
    notes.push(
      `Approximate: there were too many clients to keep, so ${number(approximate.forgotten)} were forgotten, those with the least ` +
        `debt first. Bursts are at most ${number(Math.ceil(approximate.excess))} too high. A client that was forgotten and came back ` +
        'counts twice, and a policy may have refused slightly more.',
    );
  }
  if (tally.late > 0) notes.push(`Requests too late in the log to be sorted: ${number(tally.late)}.`);
  if (tally.withoutKey > 0) {
    notes.push(`Requests without this key, counted under their address (ip:…): ${number(tally.withoutKey)}.`);
  }
  if (tally.withoutAddress > 0) {
    const requests = number(tally.withoutAddress);
    notes.push(
      `Requests without an address, counted as one client (-): ${requests}. If another field has it, use --key field:PATH.`,
    );
  }
  if (tally.others > 0) notes.push(`Lines that are not about a request: ${number(tally.others)}.`);
  if (tally.unparsed > 0) notes.push(unparsedText(tally));
  return notes;
}

/** How many lines could not be read, and the first of them. */
export function unparsedText({ lines, unparsed, firstUnparsed }: LogTally): string {
  const shown = firstUnparsed.map(
    line => `  ${printable(line.length > 160 ? `${line.slice(0, 157)}...` : line)}`,
  );
  return [`${number(unparsed)} of ${counted(lines, 'line')} could not be read. The first:`, ...shown].join(
    '\n',
  );
}

/** Escapes control characters, so that text of a log cannot control the terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, found => `\\x${found.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

function counted(n: number, what: string): string {
  return `${number(n)} ${what}${n === 1 ? '' : 's'}`;
}

function number(n: number): string {
  return n.toLocaleString('en');
}
