import { describe, expect, test } from 'vitest';
import { Readme } from './readme.js';
import { statuses } from './requests.js';
import { run, STILL } from './run.js';

const operator = { authorization: `Basic ${btoa('ops:a long password')}` };
const pages = ['express', 'koa', 'fastify'].map(name => new Readme(`packages/${name}/README.md`));
const programOf = ({ codeBlocks }: Readme, word: string) =>
  codeBlocks.find(({ code }) => code.includes(word))!.code;

describe.each(pages)('the program of $path', page => {
  test('with metrics and a live page shows them to operators alone', async () => {
    const url = await run(programOf(page, 'collectInto'), 'examples', { OPS_PASSWORD: 'a long password' });
    const statusOf = async (path: string, headers = {}) => (await fetch(url + path, { headers })).status;

    expect(await statusOf('/')).toBe(200);
    const paths = ['/ops', '/ops/', '/ops/page.js', '/ops/events', '/metrics', '/metrics/'];
    for (const path of paths) expect([401, 404]).toContain(await statusOf(path));
    for (const path of ['/ops', '/metrics']) expect(await statusOf(path)).toBe(401);
    const guess = { authorization: `Basic ${btoa('ops:guess')}` };
    expect(await statusOf('/metrics', guess)).toBe(401);
    for (const path of ['/ops', '/ops/page.js']) expect(await statusOf(path, operator)).toBe(200);
    const metrics = await fetch(`${url}/metrics`, { headers: operator });
    expect(await metrics.text()).toContain('breaking_rate_limit_decisions_total{name="api",result="allowed"');
    expect(metrics.headers.get('RateLimit')).toBeNull();
  });

  test('with an upstream that is down opens its breaker', async () => {
    const url = await run(programOf(page, '/charge'), 'examples', STILL);

    expect(await statuses(6, () => fetch(`${url}/pay`))).toEqual([500, 500, 500, 500, 500, 503]);
  });
});
