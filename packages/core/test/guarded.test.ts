import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { guarded, TooManyErrors } from '@breaking/core';
import { beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
import { breakerOf } from './breakerTools.js';

const BOOM = new Error('boom');
const COMPILED = fileURLToPath(new URL('../build-test/breakerFixture-compiled/', import.meta.url));

const node = (...args: string[]) => promisify(execFile)(process.execPath, args, { timeout: 60_000 });

// Vite leaves decorators as they are, and Node does not know them: the fixture goes through tsc.
beforeAll(async () => {
  const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));
  const project = fileURLToPath(new URL('./breakerFixture/', import.meta.url));
  await node(join(typescript, 'bin', 'tsc'), '-b', project);
}, 120_000);

type Fixture = typeof import('./breakerFixture/guardedService.js');

/** The compiled fixture, with its breaker as good as new. */
async function fixture(): Promise<Fixture> {
  const compiled: Fixture = await import(pathToFileURL(join(COMPILED, 'guardedService.js')).href);
  compiled.breaker.reset();
  return compiled;
}

describe('@guarded', () => {
  test('an async method keeps this, arguments and result, and its rejections count', async () => {
    const { breaker, Service } = await fixture();
    const service = new Service(10);
    await expect(service.add(5)).resolves.toBe(15);
    await expect(service.add(5, BOOM)).rejects.toBe(BOOM);
    expect(breaker.state).toBe('open');
  });

  test('a sync method keeps this, arguments and result, and its throws count', async () => {
    const { breaker, Service } = await fixture();
    const service = new Service(10);
    expect(service.addNow(5)).toBe(15);
    expect(() => service.addNow(5, BOOM)).toThrow(BOOM);
    expect(breaker.state).toBe('open');
  });

  test('a refusal rejects from an async method and throws from a sync one, on every instance', async () => {
    const { breaker, Service } = await fixture();
    breaker.trip();
    for (const service of [new Service(1), new Service(2)]) {
      await expect(service.add(1)).rejects.toBeInstanceOf(TooManyErrors);
      expect(() => service.addNow(1)).toThrow(TooManyErrors);
    }
  });

  test('static and private methods can be guarded too', async () => {
    const { breaker, Service } = await fixture();
    expect(Service.twice(4)).toBe(8);
    expect(new Service(3).revealed()).toBe(3);
    breaker.trip();
    expect(() => Service.twice(4)).toThrow(TooManyErrors);
    expect(() => new Service(3).revealed()).toThrow(TooManyErrors);
  });

  test('a method may say what its this is', async () => {
    const { breaker, Service } = await fixture();
    const service = new Service(3);
    expect(service.multiplied(2)).toBe(6);
    expectTypeOf(service.multiplied).toEqualTypeOf<
      (this: InstanceType<Fixture['Service']>, n: number) => number
    >();
    breaker.trip();
    expect(() => service.multiplied(2)).toThrow(TooManyErrors);
  });

  test('methods keep their names, lengths and types', async () => {
    const { Service } = await fixture();
    const service = new Service(1);
    expect([service.add.name, service.add.length]).toEqual(['add', 2]);
    expectTypeOf(service.add).toEqualTypeOf<(n: number, error?: Error) => Promise<number>>();
    expectTypeOf(service.addNow).toEqualTypeOf<(n: number, error?: Error) => number>();
    expectTypeOf(service.echo).toEqualTypeOf<<T>(value: T) => T>();
  });

  test('refuses what is no method', () => {
    const { breaker } = breakerOf();
    expect(() => guarded(breaker)({} as never, {} as never)).toThrow(/fn must be a function/);
  });
});

describe('using', () => {
  test('counts a throw', async () => {
    const { breaker, workUsing } = await fixture();
    workUsing(() => {});
    expect(breaker.state).toBe('closed');
    expect(() =>
      workUsing(() => {
        throw BOOM;
      }),
    ).toThrow(BOOM);
    expect(breaker.state).toBe('open');
  });
});

test('a process that used breakers of every kind exits by itself', async () => {
  const { stdout, stderr } = await node(join(COMPILED, 'everyKind.js'));
  expect(stdout).toBe('open open open\n');
  expect(stderr).toBe('');
});
