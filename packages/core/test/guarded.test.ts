import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { guarded, TooManyErrors } from '@breaking/core';
import { beforeAll, describe, expect, expectTypeOf, onTestFinished, test } from 'vitest';
import { compileFixtures } from '../../testkit/src/programs/tsc.js';
import { breakerOf } from './breakerTools.js';

const BOOM = new Error('boom');
const HERE = fileURLToPath(new URL('.', import.meta.url));
const COMPILED = join(HERE, '../build-test/breakerFixture-compiled');

const node = (...args: string[]) => promisify(execFile)(process.execPath, args);

// Vite does not compile decorators, and Node does not support them, so tsc compiles the fixtures.
beforeAll(() => compileFixtures(join(HERE, 'breakerFixture'), join(HERE, 'legacyFixture')));

type Fixture = typeof import('./breakerFixture/guardedService.js');
type Legacy = typeof import('./legacyFixture/legacyService.js');

/** A compiled fixture, with its breaker reset. */
async function compiled<F extends Legacy>(path: string): Promise<F> {
  const module: F = await import(pathToFileURL(join(HERE, '../build-test', path)).href);
  module.breaker.reset();
  return module;
}

const fixture = () => compiled<Fixture>('breakerFixture-compiled/guardedService.js');

describe.each([
  ['a standard decorator', 'breakerFixture-compiled/guardedService.js'],
  ['one of experimentalDecorators', 'legacyFixture-compiled/legacyService.js'],
])('@guarded as %s', (_, path) => {
  const fixture = () => compiled(path);

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

  test('static methods can be guarded too', async () => {
    const { breaker, Service } = await fixture();
    expect(Service.twice(4)).toBe(8);
    breaker.trip();
    expect(() => Service.twice(4)).toThrow(TooManyErrors);
  });

  test('methods keep their names, lengths and types', async () => {
    const { Service } = await fixture();
    const service = new Service(1);
    expect([service.add.name, service.add.length]).toEqual(['add', 2]);
    expectTypeOf(service.add).toEqualTypeOf<(n: number, error?: Error) => Promise<number>>();
    expectTypeOf(service.addNow).toEqualTypeOf<(n: number, error?: Error) => number>();
    expectTypeOf(service.echo).toEqualTypeOf<<T>(value: T) => T>();
  });
});

describe('@guarded', () => {
  test('private methods can be guarded too, if decorators are allowed on them', async () => {
    const { breaker, Service } = await fixture();
    expect(new Service(3).revealed()).toBe(3);
    breaker.trip();
    expect(() => new Service(3).revealed()).toThrow(TooManyErrors);
  });

  test('a method may declare the type of its this', async () => {
    const { breaker, Service } = await fixture();
    const service = new Service(3);
    expect(service.multiplied(2)).toBe(6);
    expectTypeOf(service.multiplied).toEqualTypeOf<
      (this: InstanceType<Fixture['Service']>, n: number) => number
    >();
    breaker.trip();
    expect(() => service.multiplied(2)).toThrow(TooManyErrors);
  });

  test('refuses anything but a method', () => {
    const { breaker } = breakerOf();
    expect(() => guarded(breaker)({} as never, {} as never)).toThrow(/fn must be a function/);
    const getter = { get: () => 1 } as TypedPropertyDescriptor<never>;
    for (const descriptor of [getter, undefined as never]) {
      expect(() => guarded(breaker)({}, 'pay', descriptor)).toThrow(
        new TypeError('guarded: pay must be a method, got undefined'),
      );
    }
  });

  test('the method keeps its reflect-metadata', () => {
    const known = new Map<unknown, Map<unknown, unknown>>();
    const metadata = {
      getOwnMetadataKeys: (target: object) => [...(known.get(target)?.keys() ?? [])],
      getOwnMetadata: (key: unknown, target: object) => known.get(target)?.get(key),
      defineMetadata: (key: unknown, value: unknown, target: object) =>
        known.set(target, new Map(known.get(target)).set(key, value)),
    };
    // Another file of this process may have loaded reflect-metadata.
    const before = Object.keys(metadata).map(
      name => [name, Reflect.getOwnPropertyDescriptor(Reflect, name)] as const,
    );
    Object.assign(Reflect, metadata);
    onTestFinished(() => {
      for (const [name, descriptor] of before) {
        Reflect.deleteProperty(Reflect, name);
        if (descriptor !== undefined) Reflect.defineProperty(Reflect, name, descriptor);
      }
    });
    const get = () => 1;
    metadata.defineMetadata('path', '/pay', get);
    const { value } = guarded(breakerOf().breaker)({}, 'pay', { value: get });

    expect(metadata.getOwnMetadata('path', value!)).toBe('/pay');
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
