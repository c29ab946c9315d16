import { describe, expect, test } from 'vitest';
import { type Line, log, plan, planned } from './command.js';

describe('the key of a request', () => {
  const keysOf = async (args: readonly string[], piped: string) =>
    (await planned([...args, '--policy', 'restoreRateHz=0.000001,capacityMax=1'], piped)).policy.keys;

  test('is the client’s address, cut as the gates cut it', async () => {
    const twice = ['2001:db8:0:1::1', '::ffff:192.0.2.7', '192.0.2.8', 'host.example.com'].flatMap(
      (each): Line[] => [
        [0, each],
        [0, each],
      ],
    );

    expect(await keysOf([], log(...twice, [1, '2001:db8:0:2::2']))).toEqual([
      '2001:db8::/56',
      '192.0.2.7',
      '192.0.2.8',
      'host.example.com',
    ]);
  });

  test('may be the user, a header or a field, with the address as fallback', async () => {
    const of = (user: string): Line[] => [
      [0, '192.0.2.1', undefined, user],
      [0, '192.0.2.1', undefined, user],
    ];
    const lines = log(...of('ada'), ...of('-'), ...of('ip:192.0.2.9'));

    expect(await keysOf(['--key', 'user'], lines)).toEqual(['ada', 'ip:192.0.2.1', 'key:ip:192.0.2.9']);
    expect(await keysOf(['--key', 'field:3'], lines)).toEqual(['ada', 'ip:192.0.2.1', 'key:ip:192.0.2.9']);
    expect(await keysOf(['--key', 'header:user-agent'], lines)).toEqual([
      'agent of ada',
      'agent of -',
      'agent of ip:192.0.2.9',
    ]);
    expect((await plan(['--key', 'user'], lines)).stdout).toContain(
      'Requests without this key, counted under their address (ip:…): 2.',
    );
  });

  test('is shared by all lines without an address, and the report says so', async () => {
    const lines = ['"192.0.2.1"', 'null', '"-"'].map(
      source => `{"time":1747476303,"ip":${source},"path":"/"}\n`,
    );
    const { stdout } = await plan([], lines.join(''));

    expect(stdout).toContain('3 requests of 2 clients');
    expect(stdout).toContain('Requests without an address, counted as one client (-): 2.');
    expect((await planned(['--key', 'field:path'], lines.join(''))).log.withoutAddress).toBe(0);
  });

  test('may be an address in a header or field, cut in the same way', async () => {
    const json = (address: string) =>
      `${JSON.stringify({ time: 1_747_476_303, headers: { 'X-Real-IP': address }, remote_addr: '192.0.2.1' })}\n`;
    const addresses = ['2001:db8:0:1::1', '2001:db8:0:2::2', '::ffff:192.0.2.7', '192.0.2.7'];

    for (const key of ['header:x-real-ip', 'field:headers.X-Real-IP'])
      expect(await keysOf(['--key', key], addresses.map(json).join(''))).toEqual([
        '2001:db8::/56',
        '192.0.2.7',
      ]);
  });

  test('may be a field of JSON', async () => {
    const json = (account: unknown) =>
      `${JSON.stringify({ time: 1_747_476_303, account: { id: account }, remote_addr: '192.0.2.1' })}\n`;

    expect(
      await keysOf(['--key', 'field:account.id'], [7, 7, 'ü', 'ü', undefined, undefined].map(json).join('')),
    ).toEqual(['7', 'ü', 'ip:192.0.2.1']);
  });
});

describe('the cost of a request', () => {
  const LINES = log(
    [0, '192.0.2.1', 'POST /login?next=/ HTTP/1.1', '-', 1000],
    [0, '192.0.2.1', 'GET /api/v1/orders HTTP/1.1', '-', 500],
    [60, '192.0.2.1', 'post /login HTTP/1.1', '-', 20],
    [120, '192.0.2.1', 'GET /api/v2 HTTP/1.1'],
  );

  test.each([
    [['--match', 'POST /login'], 2],
    [['--match', '/login'], 2],
    [['--match', 'GET'], 2],
    [['--match', '/api/*'], 1],
    [['--match', '/api/**'], 2],
    [['--match', '/api/**', '--match', 'POST'], 4],
    [['--since', '2026-05-17T10:01:00Z'], 2],
    [['--until', '2026-05-17T10:01:00Z'], 2],
    [['--since', '2026-05-17', '--until', '2026-05-18'], 4],
  ])('with %j are %i of four requests', async (args, n) => {
    expect((await planned(args, LINES)).requests).toBe(n);
  });

  test('may be bytes or a field instead of requests', async () => {
    const burst = async (args: readonly string[]) =>
      (await planned([...args, '--rates', '1'], LINES)).frontier[0].bursts['100%'];

    expect(await burst(['--cost', 'bytes'])).toBe(1500);
    expect(await burst(['--cost', 'field:7'])).toBe(1500);
    const { frontier } = await planned(['--cost', 'bytes'], LINES);
    expect(frontier.at(-1)).toEqual({
      restoreRateHz: 1e8,
      bursts: { '95%': 1500, '99%': 1500, '100%': 1500 },
    });
  });

  test.each([
    [1.5, 2],
    [-5, 1],
    [1e30, 1],
    ['many', 1],
  ])('%j bytes need a burst of %i', async (bytes, burst) => {
    const line = JSON.stringify({ time: 1_747_476_303, remote_addr: '192.0.2.1', bytes });
    const { frontier } = await planned(['--cost', 'bytes', '--rates', '1'], line);

    expect(frontier[0].bursts['100%']).toBe(burst);
  });

  test('bursts above the largest limit are not suggested', async () => {
    const bytes = (n: number) => JSON.stringify({ time: 1_747_476_303, remote_addr: '192.0.2.1', bytes: n });
    const args = ['--cost', 'bytes', '--rates', '1'];

    expect((await planned(args, bytes(1e12))).suggested.capacityMax).toBe(1e12);
    expect(await plan(args, bytes(1e12 + 1))).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'Every burst would be above 1,000,000,000,000, the most that a limit can have: try faster --rates.\n',
    });
  });

  test('several policies decide together', async () => {
    const args = ['perSecond(1, { burst: 5 })', 'perHour(2)'].flatMap(each => ['--policy', each]);
    const { policy } = await planned(args, LINES);

    expect(policy).toMatchObject({
      code: 'perSecond(1, { burst: 5 }) and perHour(2, { burst: 2 })',
      refused: 2,
    });
  });
});
