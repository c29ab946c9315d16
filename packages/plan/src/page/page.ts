import { policyCode, rateText } from '../frontier/code.js';
import type { SizeClass } from '../frontier/sizes.js';
import type { Suggestion } from '../frontier/suggestion.js';
import type { RateSummary } from '../frontier/summary.js';
import { percentText } from '../report/percent.js';
import type { PolicyReport } from '../report/policyReport.js';
import type { PlanReport } from '../report/report.js';
import { frontierChart, frontierScales, sizesChart, timelineChart } from './charts.js';
import { type SliderData, sliders } from './sliders.js';
import { STYLE } from './style.js';
import { escaped, place, shortNumber } from './svg.js';
import type { Timeline } from './timeline.js';

/** The content of the page. */
export interface PageContent {
  readonly report: PlanReport & { readonly suggested: Suggestion };
  readonly summaries: readonly RateSummary[];
  readonly sizes: readonly SizeClass[];
  /** What the given policy, or else the suggested one, would have refused. */
  readonly policy: PolicyReport;
  readonly timeline: Timeline;
  /** What limits the precision of the numbers. */
  readonly notes: readonly string[];
  /** One line: the number of requests and clients, and the time. */
  readonly head: string;
}

/** A page that needs no network and no other file. Only the sliders need its script. */
export function pageHtml(content: PageContent): string {
  const { report, policy, head, notes } = content;
  const { suggested } = report;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>Which limit fits your traffic</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Which limit fits your traffic</h1>
<p class="soft">${escaped(head)}</p>
<h2>Suggested</h2>
<pre><code>${escaped(suggested.code)}</code></pre>
<p>It never refuses ${escaped(suggested.cover.replace('%', ' %'))} of the clients.</p>
<h2>Try others</h2>
${slidersHtml(suggested, report.frontier.length)}
<h2>Rate against burst</h2>
<figure>${frontierChart(report.frontier, suggested)}
<figcaption>A policy on or above a curve never refuses that share of the clients. The ring is the policy chosen above.</figcaption></figure>
<h2>Requests a minute</h2>
<figure>${timelineChart(content.timeline)}
<figcaption>${policyHtml(policy, report)}</figcaption></figure>
${refusalsHtml(policy)}
<h2>Clients by size</h2>
<figure>${sizesChart(content.sizes)}</figure>
<h2>The smallest burst at which clients are never refused</h2>
${frontierTable(report)}
<h2>The clients that need the largest bursts at ${escaped(rateText(suggested.restoreRateHz))}</h2>
${table(
  ['client', 'burst', 'requests'],
  report.deciders.map(({ key, burst, requests }) => [key, number(burst), number(requests)]),
)}
${notes.map(note => `<p class="soft">${escaped(note)}</p>`).join('\n')}
<script type="application/json" id="data">${embedded(sliderData(content))}</script>
<script>(${sliders})(JSON.parse(document.getElementById('data').textContent), ${percentText})</script>
</body>
</html>
`;
}

function slidersHtml({ capacityMax, restoreRateHz, code }: Suggestion, rates: number): string {
  return `<div class="sliders">
<label><span>Rate</span><input type="range" id="rate" min="0" max="${rates - 1}" step="1"><span id="rateText">${escaped(rateText(restoreRateHz))}</span></label>
<label><span>Burst</span><input type="range" id="burst" min="0" max="1000" step="1"><input type="number" id="exact" min="1" step="1" value="${capacityMax}" aria-label="Burst as a number"></label>
<output for="rate burst exact" aria-live="polite"><strong id="share"></strong><br><code id="code">${escaped(code)}</code></output>
</div>`;
}

function sliderData({ report, summaries }: PageContent): SliderData {
  const { x, y } = frontierScales(report.frontier);
  const largestBurst = Math.max(2, ...summaries.map(each => each.steps.bursts.at(-1) ?? 1));
  // The code of a policy with a burst that is different from all other numbers in it.
  const rates = summaries.map(({ restoreRateHz, steps }) => ({
    text: rateText(restoreRateHz),
    code: policyCode({ capacityMax: 999_999_999_937, restoreRateHz }).replace('999999999937', 'BURST'),
    x: place(x(restoreRateHz)),
    ...steps,
  }));
  const chosen = summaries.findIndex(each => each.restoreRateHz === report.suggested.restoreRateHz);
  return {
    rates,
    chosen,
    clients: report.keys,
    requests: report.requests,
    largestBurst,
    y: [place(y(1)), place(y(largestBurst))],
  };
}

/** Data for a script element, escaped so that nothing in it can end that element. */
function embedded(data: SliderData): string {
  return JSON.stringify(data).replaceAll('<', '\\u003c');
}

function policyHtml({ code, refused, keys }: PolicyReport, { requests, keys: clients }: PlanReport): string {
  return (
    `<code>${escaped(code)}</code> would have refused ${number(refused)} of ${number(requests)} requests (red), ` +
    `of ${number(keys.length)} of ${number(clients)} clients.`
  );
}

function refusalsHtml({ clients }: PolicyReport): string {
  if (clients.length === 0) return '';
  const secs = (wait: number | null) => (wait === null ? 'never' : `${number(Math.ceil(wait))} s`);
  return table(
    ['refused most', 'requests', 'first at', 'longest Retry-After'],
    clients.map(each => [each.key, number(each.refused), each.firstAt, secs(each.longestRetryAfterSecs)]),
  );
}

function frontierTable({ frontier, requestShares }: PlanReport): string {
  const covers = Object.keys(frontier[0]?.bursts ?? {});
  const rows = frontier.map(({ restoreRateHz, bursts }, i) => [
    rateText(restoreRateHz),
    ...covers.map(cover => {
      const share = requestShares[i]?.shares[cover] ?? 0;
      return `${number(bursts[cover] ?? 1)} (${percentText(share)})`;
    }),
  ]);
  const caption = '<p class="soft">In brackets: the share of the requests that those clients made.</p>';
  return (
    caption + table(['rate', ...covers.map(cover => `${cover.replace('%', ' %')} of the clients`)], rows)
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map(cell => `<${tag}>${escaped(cell)}</${tag}>`).join('')}</tr>`;
  const body = rows.map(cells => row(cells, 'td')).join('');
  return `<div class="wide"><table><thead>${row(head, 'th')}</thead><tbody>${body}</tbody></table></div>`;
}

function number(n: number): string {
  return n >= 1e9 ? shortNumber(n) : n.toLocaleString('en');
}
