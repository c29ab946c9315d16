import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { headlessBrowser, SLOWEST_MS } from '@breaking/testkit/browser';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { run } from '../src/cli/run.js';
import { frontier, type PlanEvent } from '../src/index.js';
import { fileSource } from '../src/log/chunks.js';
import { Log } from '../src/log/log.js';
import { Timeline } from '../src/page/timeline.js';
import { percentText } from '../src/report/percent.js';

type Browser = Awaited<ReturnType<typeof headlessBrowser>>;
type Page = Awaited<ReturnType<Browser['newPage']>>;

const LOG = new URL('../../../examples/replay/data/apache-access.log.gz', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'plan-page-'));
const path = join(folder, 'plan.html');
let browser: Browser;

async function write(args: readonly string[], piped = ''): Promise<void> {
  const said: string[] = [];
  const stdin = Readable.from([Buffer.from(piped)]);
  const write = (text: string) => said.push(text);
  const code = await run([...args, '--html', path], { stdin, stdout: { write }, stderr: { write } as never });
  expect({ code, said: said.join('') }).toEqual({
    code: 0,
    said: expect.stringContaining(`The page is ${path}`),
  });
}

beforeAll(async () => {
  browser = await headlessBrowser();
});

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

/** Opens the page. Further requests, and errors in it, fail the test. */
async function open(options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> {
  const page = await browser.newPage(options);
  page.setDefaultTimeout(SLOWEST_MS);
  const wrong: string[] = [];
  page.on('request', request => wrong.push(request.url()));
  page.on('pageerror', error => wrong.push(String(error)));
  page.on('console', message => wrong.push(message.text()));
  const url = pathToFileURL(path).href;
  await page.goto(url);
  onTestFinished(async () => {
    await page.close();
    expect(wrong).toEqual([url]);
  });
  return page;
}

const shown = async (page: Page) => ({
  rate: await page.textContent('#rateText'),
  code: await page.textContent('#code'),
  share: await page.textContent('#share'),
});

describe('the page of real traffic', () => {
  beforeEach(() => (existsSync(path) ? undefined : write([LOG])), 30_000);

  test('begins with the suggestion, and needs no other file', async () => {
    const page = await open();

    expect(await page.textContent('pre')).toBe('perMinute(10, { burst: 25 })');
    expect(await shown(page)).toEqual({
      rate: '10 a minute',
      code: 'perMinute(10, { burst: 25 })',
      share:
        '99.2 % of the clients (1,739 of 1,753) would never be refused. They made 88.6 % of the requests.',
    });
    expect(readFileSync(path, 'utf8')).not.toMatch(/\b(?:src|href)=|url\(|@import/);
  });

  test("shows which share of the log's clients a rate and a burst never refuse", async () => {
    const page = await open();
    const byClient = new Map<string, PlanEvent[]>();
    const all = {
      key: { of: 'ip' },
      cost: 'one',
      isWanted: undefined,
      since: -Infinity,
      until: Infinity,
    } as const;
    await new Log([fileSource(LOG)], all).read(event => {
      byClient.set(event.key, [...(byClient.get(event.key) ?? []), event]);
    });
    const clients = [...byClient.values()];

    for (const [step, restoreRateHz, burst] of [
      [0, 1 / 86_400, 17],
      [4, 1 / 60, 3],
      [7, 1, 1],
      [11, 1000, 6],
    ] as const) {
      await page.locator('#rate').fill(`${step}`);
      await page.locator('#exact').fill(`${burst}`);
      const needs = clients.map(
        own => frontier(own, { rates: [restoreRateHz], cover: ['100%'] })[0]!.bursts['100%']!,
      );
      const never = needs.filter(need => need <= burst).length;
      expect((await shown(page)).share).toContain(
        `${percentText(never / clients.length)} of the clients (${never.toLocaleString('en')} of 1,753)`,
      );
    }
  });

  test('works by keyboard, and its ring follows on the curves', async () => {
    const page = await open();
    const ring = () =>
      page.locator('#chosen').evaluate(circle => [circle.getAttribute('cx'), circle.getAttribute('cy')]);
    const before = await ring();
    await page.locator('#rate').focus();
    await page.keyboard.press('ArrowRight');
    expect(await shown(page)).toMatchObject({ rate: '30 a minute', code: 'perMinute(30, { burst: 25 })' });

    await page.keyboard.press('Tab');
    await page.keyboard.press('End');
    expect(await shown(page)).toMatchObject({
      code: 'perMinute(30, { burst: 479 })',
      share: expect.stringMatching(/^100 % /),
    });
    expect(await ring()).not.toEqual(before);
    expect(await page.locator('#rate').getAttribute('aria-valuetext')).toBe('30 a minute');

    await page.locator('#exact').fill('9');
    await page.locator('#rate').fill('6');
    const dots = await page
      .locator('.curve1 .dot')
      .evaluateAll(all => all.map(dot => [Number(dot.getAttribute('cx')), Number(dot.getAttribute('cy'))]));
    const [x, y] = (await ring()).map(Number) as [number, number];
    expect(dots[6]).toEqual([expect.closeTo(x, 0), expect.closeTo(y, 0)]);
  });

  test('draws a curve for each share, the requests over time with what would be refused, and the clients by size', async () => {
    const page = await open();

    expect(await page.locator('.curve').count()).toBe(3);
    expect(await page.locator('.curve0 .dot').count()).toBe(12);
    expect((await page.locator('path.refused').getAttribute('d'))?.length).toBeGreaterThan(100);
    expect(await page.locator('rect.requests').count()).toBe(10);
    expect(await page.locator('figcaption').nth(1).textContent()).toContain(
      'would have refused 323 of 10,000 requests',
    );
    expect(await page.locator('svg[role=img][aria-label]').count()).toBe(3);
  });

  test.each(['light', 'dark'] as const)('fits a phone, in %s colours', async colorScheme => {
    const page = await open({ viewport: { width: 360, height: 740 }, colorScheme });

    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    const [paper, ink] = await page.evaluate<string[]>(
      '[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]',
    );
    expect(paper === 'rgb(255, 255, 255)').toBe(colorScheme === 'light');
    expect(paper).not.toBe(ink);
  });

  test('is readable in print: light, without sliders, on a few pages', async () => {
    const page = await open({ colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print' });

    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    expect(await page.locator('#rate').isVisible()).toBe(false);
    expect(await page.locator('#share').isVisible()).toBe(true);
    const pdf = (await page.pdf({ format: 'A4' })).toString('latin1');
    expect(pdf.match(/\/Type\s*\/Page\b/g)?.length).toBeLessThan(7);
  });
});

test('text that clients chose is shown as text, whatever it contains', async () => {
  const hostile = `<script>document.title="gone"</script>'"&`;
  const lines = [1, 2, 3].map(time =>
    JSON.stringify({ time: 1_750_000_000 + time, remote_addr: '192.0.2.1', user: `${hostile}${time % 2}` }),
  );
  await write(['-', '--key', 'user', '--policy', 'perDay(1)'], lines.join('\n'));
  onTestFinished(() => rmSync(path));
  const page = await open();

  expect(await page.title()).toBe('Which limit fits your traffic');
  expect(await page.locator('td').allTextContents()).toContain(`${hostile}1`);
});

test('an unwritable page is an error before anything is read', async () => {
  const log = join(folder, 'not-there.log');
  const stderr: string[] = [];
  const write = (text: string) => stderr.push(text);
  const code = await run([log, '--html', join(folder, 'none', 'plan.html')], {
    stdin: Readable.from([]),
    stdout: { write: () => {} },
    stderr: { write } as never,
  });

  expect(code).toBe(1);
  expect(stderr.join('')).toMatch(/^ENOENT.*none/);
});

test.each([
  [59, 60],
  [60 * 399, 60],
  [60 * 400, 300],
  [86_400 * 30, 10_800],
  [86_400 * 3650, 604_800 * 2],
])('requests over %i seconds are drawn in at most 400 bars', (secs, widthSecs) => {
  const start = 1_750_032_000;
  const timeline = new Timeline(start, start + secs);
  timeline.add(start, false);
  timeline.add(start + secs, true);

  expect(timeline.requests.length).toBeLessThanOrEqual(400);
  expect(timeline.widthSecs).toBeLessThanOrEqual(widthSecs);
  expect(timeline.requests.reduce((sum, each) => sum + each)).toBe(2);
  expect(timeline.refused.at(-1)).toBe(1);
});

test.each([
  [0, '0 %'],
  [1e-9, '0.1 %'],
  [0.886, '88.6 %'],
  [0.99999, '99.9 %'],
  [1, '100 %'],
])('a share of %d is %s', (share, text) => {
  expect(percentText(share)).toBe(text);
});
