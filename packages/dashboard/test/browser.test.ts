import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { CircuitBreakerGroup, ConcurrencyLimiter, perDay, RateLimiter } from '@breaking/core';
import { headlessBrowser, SLOWEST_MS } from '@breaking/testkit/browser';
import express from 'express';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { dashboard } from '../src/express.js';
import { FRAMEWORKS, listening, proxyTo, urlOf } from './mounted.js';

type Browser = Awaited<ReturnType<typeof headlessBrowser>>;
type Page = Awaited<ReturnType<Browser['newPage']>>;

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let browser: Browser;

beforeAll(async () => {
  browser = await headlessBrowser();
});
afterAll(() => browser?.close());

/** Limits that refuse, breakers that are open, and concurrency limits in use. */
function watched() {
  const api = new RateLimiter({ name: 'api', limits: { burst: perDay(2), daily: perDay(500) } });
  const shops = new CircuitBreakerGroup({ name: 'shops', errorThreshold: 1, timeWindowSecs: 600 });
  const db = new ConcurrencyLimiter({ name: 'db', limit: 2 });
  shops.get('a').trip();
  shops.get('b');
  db.tryAcquire();
  return { api, shops, mounting: { watch: [api, shops, db], authorize: () => true } };
}

/** Opens a page. Errors and warnings of the browser fail the test. */
async function open(url: string, expected: RegExp = /^$/): Promise<Page> {
  const page = await browser.newPage();
  page.setDefaultTimeout(SLOWEST_MS);
  const wrong: string[] = [];
  page.on('pageerror', error => wrong.push(String(error)));
  page.on('console', message => wrong.push(message.text()));
  onTestFinished(async () => {
    await page.close();
    expect(wrong.filter(text => !expected.test(text))).toEqual([]);
  });
  await page.goto(url);
  await page.waitForSelector('h1');
  return page;
}

/** A section of the page, by its heading. */
const card = (page: Page, name: string) =>
  page.locator('.card', { has: page.getByRole('heading', { name, exact: true }) });

describe.each(['Express 5', 'Koa 3', 'Fastify 5'])('on %s', framework => {
  test("the page opens under helmet's policy and its own, behind a proxy that strips its path, and updates", async () => {
    const { api, mounting } = watched();
    const server = await FRAMEWORKS[framework]!(mounting);
    // Without its final slash, so that the browser follows the redirect.
    const page = await open(`${await proxyTo(server, '/tools')}/ops`);
    expect(new URL(page.url()).pathname).toBe('/tools/ops/');
    await card(page, 'api').getByText('No request yet: send one.').waitFor();
    for (let i = 0; i < 5; i++) api.check('ip:192.0.2.7');

    await card(page, 'api').getByText('3 in all').waitFor();
    await card(page, 'api').getByRole('cell', { name: 'ip:192.0.2.*' }).waitFor();
    await page.getByText(/^✕ api refuses/).waitFor();
    await page.getByRole('link', { name: 'api' }).click();
    expect(await page.locator('.card.wrong:target').getByRole('heading').textContent()).toBe('api');
    expect(await page.title()).toBe('(2) Breaking');
    expect(await page.locator('.uplot canvas').count()).toBe(1);
  });
});

test('the page reconnects after its server was down', async () => {
  const { mounting } = watched();
  const start = async (port: number): Promise<[server: Server, stop: () => void]> => {
    const page = dashboard(mounting);
    const server = createServer(express().use(page));
    await once(server.listen(port, '127.0.0.1'), 'listening');
    const stop = () => {
      page.close();
      server.close();
      server.closeAllConnections();
    };
    onTestFinished(stop);
    return [server, stop];
  };
  const [server, stop] = await start(0);
  // The browser reports each failed attempt.
  const page = await open(`${urlOf(server)}/`, /^Failed to load resource: net::ERR_/);
  const { port } = server.address() as AddressInfo;
  await page.getByText(/^counted for/).waitFor();
  stop();
  await page.getByText('✕ The server is gone. This is what it said last.').waitFor();
  await start(port);
  await page.getByText(/^counted for/).waitFor();
});

test('a viewer who loses access is told so, and sees live data once access is back', async () => {
  const { mounting } = watched();
  let isAllowed = true;
  const page = dashboard({ ...mounting, authorize: () => isAllowed });
  onTestFinished(() => page.close());
  const server = await listening(createServer(express().use(page)));
  const shown = await open(`${urlOf(server)}/`, /403 \(Forbidden\)|net::ERR_/);
  await shown.getByText(/^counted for/).waitFor();
  isAllowed = false;
  server.closeAllConnections();
  await shown.getByText('✕ You may no longer see this. Reload the page.').waitFor();
  isAllowed = true;
  await shown.getByText(/^counted for/).waitFor();
});

test('everything works with the keyboard alone', async () => {
  const { api, shops, mounting } = watched();
  const allowed = { actions: true, showKeys: true, record: true };
  const server = await FRAMEWORKS['Express 5']!({ ...mounting, ...allowed });
  for (let i = 0; i < 3; i++) api.check('ip:192.0.2.7');
  const page = await open(`${await proxyTo(server, '/tools')}/ops/`);
  const tabTo = async (name: string) => {
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press('Tab');
      const focused = page.locator(':focus');
      const label = (await focused.getAttribute('aria-label')) ?? (await focused.textContent());
      if (label !== name) continue;
      expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
      return;
    }
    throw new Error(`The tabulator does not lead to ${name}`);
  };
  await card(page, 'shops').getByText('a', { exact: true }).waitFor();

  await tabTo('Block for 1 h: ip:192.0.2.7');
  const posts: string[] = [];
  page.on('request', each => void (each.method() === 'POST' && posts.push(each.url())));
  page.once('dialog', dialog => void dialog.dismiss());
  await page.keyboard.press('Enter');
  const questions: string[] = [];
  page.on('dialog', dialog => {
    questions.push(dialog.message());
    void dialog.accept();
  });
  await page.keyboard.press('Enter');
  await page.getByRole('status').getByText('✓ api: ip:192.0.2.7 is blocked for an hour.').waitFor();
  await card(page, 'api')
    .getByText(/✕ blocked for (1 h|59 min)/)
    .waitFor();
  expect(questions).toEqual(['Refuse all requests of ip:192.0.2.7 for an hour?']);
  // The dialog that was dismissed sent nothing.
  expect(posts).toHaveLength(1);
  expect(api.peek('ip:192.0.2.7').blocked).toBe(true);

  await tabTo('Reset or block another key');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.type('ip:192.0.2.7');
  await page.keyboard.press('Enter');
  await page.getByRole('status').getByText('✓ api: ip:192.0.2.7 was reset.').waitFor();
  expect(api.peek('ip:192.0.2.7').allowed).toBe(true);
  await card(page, 'api').getByText('✕ blocked').waitFor({ state: 'detached' });

  await tabTo('Reset: shops a');
  await page.keyboard.press('Space');
  await page.getByRole('status').getByText('✓ shops a was reset.').waitFor();
  expect(shops.get('a').state).toBe('closed');
});

test('the page fits from 360 to 1440 px, dark and light, and axe finds nothing serious', async () => {
  const { api, mounting } = watched();
  const server = await FRAMEWORKS['Express 5']!({ ...mounting, actions: true, record: true });
  for (let i = 0; i < 5; i++) api.check(`a rather long key ${i % 2}`);
  const page = await open(`${urlOf(server)}/ops/`);
  await card(page, 'api').getByRole('table').waitFor();
  await page.evaluate(AXE);

  for (const width of [360, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      const found: { violations: { id: string; impact: string }[] } = await page.evaluate('axe.run()');
      const serious = found.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      expect(serious).toEqual([]);
    }
  }
});

test('names, titles and keys are shown as text, whatever they contain', async () => {
  const script = '<script>document.title = "taken"</script><img src=x onerror=alert(1)>';
  const keys = [script, '"quotes\'', '‮שלום', 'x'.repeat(10_000)];
  const limiter = new RateLimiter({ name: script, limits: perDay(1) });
  const breakers = new CircuitBreakerGroup({ name: '"\'</bdi>', errorThreshold: 1, timeWindowSecs: 60 });
  for (const key of keys) breakers.get(key);
  const page = dashboard({
    watch: [limiter, breakers],
    title: `‮${script}`,
    authorize: () => true,
    record: true,
    showKeys: true,
  });
  onTestFinished(() => page.close());
  for (const key of [...keys, ...keys]) limiter.check(key);
  const shown = await open(`${urlOf(await listening(createServer(express().use(page))))}/`);
  const table = card(shown, script).getByRole('table');
  await table.waitFor();

  const texts = await table.locator('tbody td:first-child').allTextContents();
  const isDigest = (text: string) => text.length <= 200;
  expect(texts.filter(text => keys.includes(text)).sort()).toEqual(keys.slice(0, 3).sort());
  expect(texts.filter(isDigest)).toHaveLength(4);
  expect((await shown.title()).endsWith(`‮${script}`)).toBe(true);
  expect(await shown.locator('img, #app script').count()).toBe(0);
  expect(await shown.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
});
