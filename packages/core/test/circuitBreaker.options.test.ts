import { CircuitBreaker, CircuitBreakerGroup, type CircuitBreakerOptions } from '@breaking/core';
import { CIRCUIT_BREAKER_OPTIONS, groupNamed } from '@breaking/core/internal';
import { describe, expect, test } from 'vitest';
import { FIVE_IN_TEN } from './breakerTools.js';

/** Wrong options of any type. */
const create = (options: object) =>
  new CircuitBreaker({ ...FIVE_IN_TEN, ...options } as CircuitBreakerOptions);

describe('every wrong option is refused at construction, by an error that names option and value', () => {
  test.each<[object, typeof RangeError, RegExp]>([
    [{ errorThreshold: 0 }, RangeError, /errorThreshold must be a whole number .*, got 0$/],
    [{ errorThreshold: 2.5 }, RangeError, /errorThreshold .*, got 2.5$/],
    [{ errorThreshold: 1e13 }, RangeError, /errorThreshold .*, got 10000000000000$/],
    [{ errorThreshold: '5' }, TypeError, /errorThreshold must be a number, got "5"$/],
    [{ errorThreshold: undefined }, TypeError, /errorThreshold must be a number, got undefined$/],
    [{ timeWindowSecs: 0 }, RangeError, /timeWindowSecs must be > 0, got 0$/],
    [{ timeWindowSecs: Infinity }, RangeError, /timeWindowSecs must be finite, got Infinity$/],
    [{ timeWindowSecs: NaN }, RangeError, /timeWindowSecs must be finite, got NaN$/],
    [{ timeWindowSecs: null }, TypeError, /timeWindowSecs must be a number, got null$/],
    [
      { timeWindowSecs: Number.MIN_VALUE },
      RangeError,
      /errorThreshold \/ timeWindowSecs \* cooldownMaxSecs must be finite, got Infinity$/,
    ],
    [
      { errorThreshold: 1, timeWindowSecs: 1e-307, cooldownSecs: 20 },
      RangeError,
      /errorThreshold \/ timeWindowSecs \* cooldownMaxSecs must be finite, got Infinity$/,
    ],
    [{ name: '' }, RangeError, /name must be printable ASCII, not empty, got ""$/],
    [{ name: 'zürich' }, RangeError, /name must be printable ASCII/],
    [{ name: 5 }, TypeError, /name must be a string, got 5$/],
    [{ key: 5 }, TypeError, /key must be a string, got 5$/],
    [{ errorTypes: Error }, TypeError, /errorTypes must be an array of classes, got function Error$/],
    [{ errorTypes: [] }, RangeError, /errorTypes must name at least one class, got none$/],
    [{ errorTypes: [Error, 'TypeError'] }, TypeError, /errorTypes\[1\] must be a class, got "TypeError"$/],
    [{ errorTypes: [() => true] }, TypeError, /errorTypes\[0\] must be a class/],
    [{ isFailure: true }, TypeError, /isFailure must be a function, got true$/],
    [{ tolerableErrorRatio: 1 }, RangeError, /tolerableErrorRatio must be >= 0 and < 1, got 1$/],
    [{ tolerableErrorRatio: -0.1 }, RangeError, /tolerableErrorRatio .*, got -0.1$/],
    [{ cooldownSecs: 0 }, RangeError, /cooldownSecs must be > 0, got 0$/],
    [{ cooldownSecs: null }, TypeError, /cooldownSecs must be a number, got null$/],
    [{ cooldownBackoff: 0.5 }, RangeError, /cooldownBackoff must be >= 1, got 0.5$/],
    [{ cooldownBackoff: Infinity }, RangeError, /cooldownBackoff must be finite/],
    [{ cooldownMaxSecs: 0 }, RangeError, /cooldownMaxSecs must be > 0, got 0$/],
    [{ cooldownSecs: 10, cooldownMaxSecs: 9 }, RangeError, /cooldownMaxSecs must be >= 10, got 9$/],
    [{ jitter: 1 }, RangeError, /jitter must be >= 0 and < 1, got 1$/],
    [{ probeSuccesses: 0 }, RangeError, /probeSuccesses must be a whole number, at least 1, got 0$/],
    [{ onTransition: 'log' }, TypeError, /onTransition must be a function, got "log"$/],
    [{ clock: {} }, TypeError, /clock must be an object with a method secondsSinceEpoch/],
    [{ timeout: 5 }, TypeError, /unknown option "timeout", known options: errorThreshold, /],
  ])('%o', (options, type, message) => {
    expect(() => create(options)).toThrow(type);
    expect(() => create(options)).toThrow(message);
    expect(() => create(options)).toThrow(/^CircuitBreaker: /);
  });

  test('a cooldownMaxSecs below the default cool-down is refused too', () => {
    expect(() => create({ errorThreshold: 5, timeWindowSecs: 60, cooldownMaxSecs: 11 })).toThrow(
      /cooldownMaxSecs must be >= 12, got 11$/,
    );
    create({ errorThreshold: 5, timeWindowSecs: 60, cooldownMaxSecs: 12 });
  });

  test('options that are not an object', () => {
    for (const options of [undefined, null, 5, []]) {
      expect(() => new CircuitBreaker(options as never)).toThrow(/CircuitBreaker: options must be an object/);
    }
  });

  test('errors of a group with another name for its errors begin with that name', () => {
    expect(() => groupNamed('circuitBreaker', { ...FIVE_IN_TEN, jitter: 2 })).toThrow(
      /^circuitBreaker: jitter must be/,
    );
    expect(groupNamed('circuitBreaker', FIVE_IN_TEN)).toBeInstanceOf(CircuitBreakerGroup);
  });
});

test('an option that is undefined has its default', () => {
  const undefinedOptions = Object.fromEntries(CIRCUIT_BREAKER_OPTIONS.map(name => [name, undefined]));
  const breaker = create({ ...undefinedOptions, ...FIVE_IN_TEN });
  breaker.trip();
  expect([breaker.name, breaker.key]).toEqual(['default', undefined]);
  expect(breaker.retryAfterSecs).toBeLessThanOrEqual(2);
});

test('the names of all options are exported', () => {
  expect(CIRCUIT_BREAKER_OPTIONS).toEqual(
    expect.arrayContaining(['errorThreshold', 'clock', 'onTransition']),
  );
  expect(CIRCUIT_BREAKER_OPTIONS).toHaveLength(17);
});
