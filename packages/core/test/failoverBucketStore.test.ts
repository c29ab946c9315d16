import { channel } from 'node:diagnostics_channel';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type BucketStore,
  type Decision,
  decided,
  FailoverBucketStore,
  type FailoverOptions,
  type Limit,
  MemoryBucketStore,
  type OnStoreError,
  perDay,
  RateLimiter,
  type StoreErrorMessage,
  sourceOf,
  TimeoutError,
} from '@breaking/core';
import { undecided } from '@breaking/core/internal';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';

const LIMITS: readonly Limit[] = [{ name: 'only', ...perDay(2) }];
const EVERY: readonly OnStoreError[] = ['local', 'allow', 'deny'];

const errors = channel('breaking:store:error');
const heard: StoreErrorMessage[] = [];
const unhandled: unknown[] = [];
const warnings: Error[] = [];
const onWarning = (warning: Error) => warnings.push(warning);
const onMessage = (message: unknown) => heard.push(message as StoreErrorMessage);
const onUnhandled = (error: unknown) => unhandled.push(error);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  errors.subscribe(onMessage);
  process.on('unhandledRejection', onUnhandled);
  process.on('warning', onWarning);
});

afterEach(async () => {
  await nextTurn();
  expect(vi.getTimerCount(), 'timers left behind').toBe(0);
  expect(unhandled.splice(0), 'unhandled rejections').toEqual([]);
  heard.length = 0;
  warnings.length = 0;
  process.off('warning', onWarning);
  errors.unsubscribe(onMessage);
  process.off('unhandledRejection', onUnhandled);
  vi.useRealTimers();
});

/** A store that answers every operation with the result of `answer`: a value, a promise, an error. */
function answering(answer: () => unknown): BucketStore {
  const method = () => answer() as Promise<never>;
  return { check: method, peek: method, refund: method, reset: method };
}

/** A store that has answered once, and never answers again. */
async function hanging(options: Partial<FailoverOptions> = {}): Promise<FailoverBucketStore> {
  let isFirst = true;
  const store = failover(
    answering(() => {
      if (!isFirst) return new Promise(() => {});
      isFirst = false;
      return decided(LIMITS, [0], 0, true);
    }),
    options,
  );
  await store.peek('k', LIMITS, 0, 0);
  return store;
}

const failover = (store: BucketStore, options: Partial<FailoverOptions> = {}) =>
  new FailoverBucketStore({ store, name: 'api', ...options });

/** Three checks of a key with two tokens: any store that counts refuses the third. */
const threeChecks = async (store: BucketStore) => [
  await store.check('k', LIMITS, 1, 0),
  await store.check('k', LIMITS, 1, 0),
  await store.check('k', LIMITS, 1, 0),
];

/** Expects these decisions with this `onStoreError`, on three checks that the store does not answer. */
function expectFallback(onStoreError: OnStoreError, decisions: readonly Decision[]): void {
  expect(decisions.map(({ allowed }) => allowed)).toEqual(
    { local: [true, true, false], allow: [true, true, true], deny: [false, false, false] }[onStoreError],
  );
  expect(decisions.map(sourceOf)).toEqual(['local', 'local', 'local']);
  if (onStoreError === 'local') {
    expect(decisions[2]).toMatchObject({ violated: ['only'], retryAfterSecs: 43_200 });
  } else {
    // No bucket was used, so no limit is shown or violated. A refusal is for a second, since the store may then be
    // back.
    expect(decisions[0]).toMatchObject({
      limits: [],
      violated: [],
      retryAfterSecs: onStoreError === 'deny' ? 1 : 0,
    });
  }
}

describe('a store that answers', () => {
  test('at once is passed on at once', () => {
    const store = failover(new MemoryBucketStore());
    const decision = store.check('k', LIMITS, 2, 0) as Decision;
    expect(decision).toMatchObject({ allowed: true, limits: [{ tokensLeft: 0 }] });
    expect(sourceOf(decision)).toBe('store');
    expect(store.peek('k', LIMITS, 1, 0)).toMatchObject({ allowed: false, violated: ['only'] });
    expect(store.refund('k', LIMITS, 1, 0)).toBeUndefined();
    expect(store.peek('k', LIMITS, 1, 0)).toMatchObject({ allowed: true });
    expect(store.reset('k', 0)).toBeUndefined();
    expect(store.peek('k', LIMITS, 2, 0)).toMatchObject({ allowed: true });
    expect(heard).toEqual([]);
  });

  test('with a promise is passed on with a promise of the same decision', async () => {
    const decision = decided(LIMITS, [1], 1, true);
    const store = failover(answering(async () => decision));
    const answer = store.check('k', LIMITS, 1, 0);
    expect(answer).toBeInstanceOf(Promise);
    expect(await answer).toBe(decision);
    expect(await store.peek('k', LIMITS, 1, 0)).toBe(decision);
    await store.refund('k', LIMITS, 1, 0);
    await store.reset('k', 0);
    expect(heard).toEqual([]);
  });

  test('receives the arguments unchanged', () => {
    const seen: unknown[][] = [];
    const record = (...args: unknown[]) => {
      seen.push(args);
      return decided(LIMITS, [0], 1, true);
    };
    const recordOnly = (...args: unknown[]) => void seen.push(args);
    const store = failover({ check: record, peek: record, refund: recordOnly, reset: recordOnly });
    store.check('k', LIMITS, 3, 7);
    store.peek('k', LIMITS, 4, 8);
    store.refund('k', LIMITS, 5, 9);
    store.reset('k', 0);
    expect(seen).toEqual([
      ['k', LIMITS, 3, 7],
      ['k', LIMITS, 4, 8],
      ['k', LIMITS, 5, 9],
      ['k', 0],
    ]);
  });

  test('like another failover store, with a decision on no limits, is believed', () => {
    const inner = failover(
      answering(() => undefined),
      { onStoreError: 'deny' },
    );
    expect(failover(inner, { onStoreError: 'allow' }).check('k', LIMITS, 1, 0)).toMatchObject({
      allowed: false,
    });
    expect(heard).toHaveLength(1);
  });

  test('just before the deadline is in time', async () => {
    const decision = decided(LIMITS, [1], 1, true);
    const store = failover(answering(() => new Promise(resolve => setTimeout(resolve, 49, decision))));
    const answer = store.check('k', LIMITS, 1, 0);
    await vi.advanceTimersByTimeAsync(49);
    expect(await answer).toBe(decision);
    expect(heard).toEqual([]);
  });
});

describe.each(EVERY)('onStoreError %s', onStoreError => {
  const error = new Error('down');

  test('decides if the store throws', async () => {
    const store = failover(
      answering(() => {
        throw error;
      }),
      { onStoreError },
    );
    expectFallback(onStoreError, await threeChecks(store));
    expect(heard).toEqual(Array(3).fill({ name: 'api', error, onStoreError }));
    expect(heard[0]?.error).toBe(error);
    expect(store.check('another', LIMITS, 1, 0)).not.toBeInstanceOf(Promise);
  });

  test.each<[string, unknown]>([
    ['an error', error],
    ['undefined', undefined],
    ['null', null],
    ['a string', 'ECONNREFUSED'],
  ])('decides where the store rejects with %s', async (_, reason) => {
    const store = failover(
      answering(() => Promise.reject(reason)),
      { onStoreError },
    );
    expectFallback(onStoreError, await threeChecks(store));
    expect(heard).toEqual(Array(3).fill({ name: 'api', error: reason, onStoreError }));
  });

  test('decides after 50 ms if the store does not answer, and not before', async () => {
    const store = await hanging({ onStoreError });
    const decisions: Decision[] = [];
    for (let i = 0; i < 3; i++) {
      const answer = (store.check('k', LIMITS, 1, 0) as Promise<Decision>).then(each => decisions.push(each));
      await vi.advanceTimersByTimeAsync(49);
      expect(decisions).toHaveLength(i);
      await vi.advanceTimersByTimeAsync(1);
      expect(decisions).toHaveLength(i + 1);
      await answer;
    }
    expectFallback(onStoreError, decisions);
    expect(heard).toHaveLength(3);
    expect(heard[0]).toMatchObject({ name: 'api', onStoreError });
    expect(heard[0]?.error).toBeInstanceOf(TimeoutError);
    expect(heard[0]?.error).toMatchObject({
      message: 'store.check took longer than 0.05 s',
      timeoutSecs: 0.05,
    });
  });

  test('decides if the store returns something else than a decision', async () => {
    const store = failover(
      answering(() => 'OK'),
      { onStoreError },
    );
    expectFallback(onStoreError, await threeChecks(store));
    expect(heard.map(message => String(message.error))).toEqual(
      Array(3).fill('TypeError: store.check must return a Decision, got "OK"'),
    );
  });

  test('decides a peek too, and takes nothing by it', async () => {
    const store = failover(
      answering(() => Promise.reject(error)),
      { onStoreError },
    );
    for (let i = 0; i < 3; i++) {
      expect(await store.peek('k', LIMITS, 2, 0)).toMatchObject({ allowed: onStoreError !== 'deny' });
    }
    expectFallback(onStoreError, await threeChecks(store));
    expect(heard).toHaveLength(6);
  });

  test('loses a refund and a reset that fail, reports them and throws nothing', async () => {
    const throwing = failover(
      answering(() => {
        throw error;
      }),
      { onStoreError },
    );
    expect(throwing.refund('k', LIMITS, 1, 0)).toBeUndefined();
    expect(throwing.reset('k', 0)).toBeUndefined();
    const rejecting = failover(
      answering(() => Promise.reject(error)),
      { onStoreError },
    );
    expect(await rejecting.refund('k', LIMITS, 1, 0)).toBeUndefined();
    expect(await rejecting.reset('k', 0)).toBeUndefined();
    expect(heard).toEqual(Array(4).fill({ name: 'api', error, onStoreError }));
  });

  test('does not wait longer than the deadline for a refund or a reset', async () => {
    const store = failover(
      answering(() => new Promise(() => {})),
      { onStoreError, deadlineSecs: 0.2 },
    );
    const both = Promise.all([store.refund('k', LIMITS, 1, 0), store.reset('k', 0)]);
    await vi.advanceTimersByTimeAsync(200);
    expect(await both).toEqual([undefined, undefined]);
    expect(heard.map(message => (message.error as Error).message)).toEqual([
      'store.refund took longer than 0.2 s',
      'store.reset took longer than 0.2 s',
    ]);
  });
});

describe('garbage', () => {
  const good = decided(LIMITS, [1], 1, true);
  const [state] = good.limits;
  const withState = (change: object) => ({
    ...good,
    limits: [{ ...state, secondsUntil: (n?: number) => state?.secondsUntil(n), ...change }],
  });
  const throwing = () => {
    throw new Error('trap');
  };

  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['true', true],
    ['a number', 1],
    ['a string', 'OK'],
    ['an array', [1, 2]],
    ['an empty object', {}],
    ['a function', () => good],
    ['allowed in text', { ...good, allowed: 'yes' }],
    ['no limits', { ...good, limits: undefined }],
    ['limits that are no array', { ...good, limits: { length: 1, 0: state } }],
    ['more limits than were asked for', { ...good, limits: [state, state] }],
    ['a hole among the limits', { ...good, limits: Array(1) }],
    ['null among the limits', { ...good, limits: [null] }],
    ['the limit of another', withState({ name: 'other' })],
    ['another policy', withState({ capacityMax: 3 })],
    ['another rate', withState({ restoreRateHz: Number.NaN })],
    ['tokens in text', withState({ tokensLeft: '1' })],
    ['half a token', withState({ tokensLeft: 0.5 })],
    ['less than no tokens', withState({ tokensLeft: -1 })],
    ['NaN tokens', withState({ tokensLeft: Number.NaN })],
    ['more tokens than a full bucket has', withState({ tokensLeft: 3 })],
    ['no way to ask for the wait', withState({ secondsUntil: 5 })],
    ['NaN seconds to wait', withState({ secondsUntil: () => Number.NaN })],
    ['nothing to wait', withState({ secondsUntil: () => undefined })],
    ['a wait that throws', withState({ secondsUntil: throwing })],
    ['a wait of NaN for a full bucket', withState({ secondsUntil: (n = 1) => (n > 1 ? Number.NaN : 0) })],
    ['allowed, and a limit violated', { ...good, violated: ['only'] }],
    ['allowed, and to be tried again', { ...good, retryAfterSecs: 1 }],
    ['refused by none of its limits', { ...good, allowed: false, retryAfterSecs: 1 }],
    ['violated that is no array', { ...good, violated: 'only' }],
    ['a limit violated that was not asked for', { ...good, violated: ['other'] }],
    ['something else violated', { ...good, violated: [null] }],
    ['a wait in text', { ...good, retryAfterSecs: '1' }],
    ['a wait below 0', { ...good, retryAfterSecs: -1 }],
    ['a wait of NaN', { ...good, retryAfterSecs: Number.NaN }],
    ['a getter that throws', Object.defineProperty({ ...good }, 'limits', { get: throwing })],
    ['a proxy that throws', new Proxy({}, { get: (_, name) => (name === 'then' ? undefined : throwing()) })],
  ])('is refused, at once or as a promise: %s', async (_, answer) => {
    const atOnce = failover(answering(() => answer));
    const later = failover(answering(() => Promise.resolve(answer)));
    expect(sourceOf(await atOnce.check('k', LIMITS, 1, 0))).toBe('local');
    expect(sourceOf(await later.check('k', LIMITS, 1, 0))).toBe('local');
    expect(heard).toHaveLength(2);
  });

  test('a decision made by other code is used unchanged', () => {
    const answer = withState({});
    expect(failover(answering(() => answer)).check('k', LIMITS, 1, 0)).toMatchObject({
      allowed: true,
      limits: [{ name: 'only', tokensLeft: 1 }],
    });
    const bare = { allowed: false, limits: [], violated: [], retryAfterSecs: Infinity };
    expect(failover(answering(() => bare)).check('k', LIMITS, 1, 0)).toMatchObject(bare);
  });

  test('a limit without secondsUntil gets a wait that is long enough', () => {
    const plain = JSON.parse(JSON.stringify(decided(LIMITS, [1.5], 1, true)));
    const decision = failover(answering(() => plain)).check('k', LIMITS, 1, 0) as Decision;
    expect(JSON.parse(JSON.stringify(decision))).toEqual(plain);
    expect([1, 2, 3].map(n => decision.limits[0]?.secondsUntil(n))).toEqual([43_200, 86_400, Infinity]);
  });

  test('is ignored in the answer to a refund or a reset', async () => {
    const store = failover(answering(() => 'OK'));
    expect(store.refund('k', LIMITS, 1, 0)).toBeUndefined();
    expect(store.reset('k', 0)).toBeUndefined();
    const later = failover(answering(async () => 'OK'));
    await later.refund('k', LIMITS, 1, 0);
    await later.reset('k', 0);
    expect(heard).toEqual([]);
  });
});

describe('thenables that misbehave', () => {
  const good = decided(LIMITS, [1], 1, true);
  const error = new Error('then');
  type Settle = (value: unknown) => void;

  /** A promise of Node with a replaced `then`. */
  const patched = (then: unknown) => Object.assign(Promise.resolve(good), { then });

  const secondReadThrows = () => {
    let reads = 0;
    return Object.defineProperty({}, 'then', {
      get() {
        if (reads++ > 0) throw error;
        return (resolve: Settle) => resolve(good);
      },
    });
  };

  test.each<[string, () => unknown]>([
    [
      'whose then throws',
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: this is what is tested
        then() {
          throw error;
        },
      }),
    ],
    [
      'whose then cannot be read',
      () =>
        Object.defineProperty({}, 'then', {
          get() {
            throw error;
          },
        }),
    ],
    ['whose then can be read once', secondReadThrows],
    [
      'that reject',
      // biome-ignore lint/suspicious/noThenProperty: this is what is tested
      () => ({ then: (_: Settle, reject: Settle) => reject(error) }),
    ],
    [
      'that resolve with a promise that rejects',
      // biome-ignore lint/suspicious/noThenProperty: this is what is tested
      () => ({ then: (resolve: Settle) => resolve(Promise.reject(error)) }),
    ],
    [
      'that are promises with a then that throws',
      () =>
        patched(() => {
          throw error;
        }),
    ],
  ])('count as errors: those %s', async (_, answer) => {
    const store = failover(answering(answer));
    expect(sourceOf(await store.check('k', LIMITS, 1, 0))).toBe('local');
    expect(await store.refund('k', LIMITS, 1, 0)).toBeUndefined();
    expect(heard.map(message => message.error)).toEqual([error, error]);
  });

  test.each<[string, () => unknown]>([
    [
      'that resolve twice and then throw',
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: this is what is tested
        then(resolve: Settle, reject: Settle) {
          resolve(good);
          resolve('again');
          reject(error);
          throw error;
        },
      }),
    ],
    [
      'that are functions',
      // biome-ignore lint/suspicious/noThenProperty: this is what is tested
      () => Object.assign(() => {}, { then: (resolve: Settle) => resolve(good) }),
    ],
    [
      'that resolve with another thenable',
      // biome-ignore lint/suspicious/noThenProperty: this is what is tested
      () => ({ then: (resolve: Settle) => resolve({ then: (again: Settle) => again(good) }) }),
    ],
    ['that are promises whose then returns nothing', () => patched((resolve: Settle) => resolve(good))],
  ])('count by their first answer: those %s', async (_, answer) => {
    const store = failover(answering(answer));
    expect(await store.check('k', LIMITS, 1, 0)).toBe(good);
    expect(heard).toEqual([]);
  });

  test.each<[string, () => unknown]>([
    // biome-ignore lint/suspicious/noThenProperty: this is what is tested
    ['that never answer', () => ({ then() {} })],
    ['that are promises whose then does nothing', () => patched(() => {})],
    [
      'that resolve with one that never answers',
      // biome-ignore lint/suspicious/noThenProperty: this is what is tested
      () => ({ then: (resolve: Settle) => resolve({ then() {} }) }),
    ],
  ])('are given up on after the deadline: those %s', async (_, answer) => {
    let isFirst = true;
    const store = failover(
      answering(() => {
        if (!isFirst) return answer();
        isFirst = false;
        return good;
      }),
    );
    store.peek('k', LIMITS, 0, 0);
    const decision = store.check('k', LIMITS, 1, 0);
    await vi.advanceTimersByTimeAsync(50);
    expect(sourceOf(await decision)).toBe('local');
    expect(heard.map(message => message.error)).toEqual([expect.any(TimeoutError)]);
  });
});

describe('an answer that comes too late', () => {
  /** A store whose answers come when told to. */
  function held() {
    const settlers: { resolve(value: unknown): void; reject(error: unknown): void }[] = [];
    const store = answering(() => new Promise((resolve, reject) => settlers.push({ resolve, reject })));
    return { store: failover(store), settlers };
  }

  test.each<[string, (settle: { resolve(value: unknown): void; reject(error: unknown): void }) => void]>([
    ['a decision', ({ resolve }) => resolve(undecided(false, 99))],
    ['garbage', ({ resolve }) => resolve('garbage')],
    ['a rejection', ({ reject }) => reject(new Error('late'))],
  ])('is dropped: %s', async (_, settle) => {
    const { store, settlers } = held();
    const first = store.peek('k', LIMITS, 1, 0);
    settlers[0]?.resolve(decided(LIMITS, [0], 1, true));
    await first;
    const answer = store.check('k', LIMITS, 1, 0);
    const refund = store.refund('k', LIMITS, 1, 0);
    await vi.advanceTimersByTimeAsync(50);
    const decision = await answer;
    await refund;
    for (const settler of settlers) settle(settler);
    await nextTurn();
    expect(await answer).toBe(decision);
    expect(sourceOf(decision)).toBe('local');
    expect(heard).toHaveLength(2);
  });

  test('is not requested again: the store may have counted the first request', async () => {
    const { store, settlers } = held();
    const answer = store.check('k', LIMITS, 1, 0);
    await vi.advanceTimersByTimeAsync(10_000);
    await answer;
    expect(settlers).toHaveLength(1);
  });
});

describe('a store that has never answered', () => {
  const good = decided(LIMITS, [1], 1, true);
  const answeringAfter = (ms: number) =>
    answering(() => new Promise(resolve => setTimeout(resolve, ms, good)));

  test('has a second from the first question, for all who ask in it', async () => {
    const store = failover(answeringAfter(990));
    const answers = Array.from({ length: 12 }, () => store.check('k', LIMITS, 1, 0));
    await vi.advanceTimersByTimeAsync(990);
    expect((await Promise.all(answers)).map(sourceOf)).toEqual(Array(12).fill('store'));
    expect(warnings).toEqual([]);
  });

  test('has that second once, however many limiters ask it one after the other', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const silent = answering(() => new Promise(() => {}));
    const [first, second] = [failover(silent), failover(silent)];
    const request = Promise.resolve(first.check('k', LIMITS, 1, 0)).then(() =>
      second.check('k', LIMITS, 1, 0),
    );
    await vi.advanceTimersByTimeAsync(1050);
    expect(sourceOf(await request)).toBe('local');
  });

  test('has no longer than that, or than its deadline if that is longer', async () => {
    const [short, long] = [
      failover(answeringAfter(3000)),
      failover(answeringAfter(3000), { deadlineSecs: 2 }),
    ];
    const answers = [short, long].map(store => store.check('k', LIMITS, 1, 0));
    let isOver = [false, false];
    answers.forEach((answer, i) => {
      void Promise.resolve(answer).then(() => {
        isOver = isOver.with(i, true);
      });
    });
    await vi.advanceTimersByTimeAsync(1000);
    expect(isOver).toEqual([true, false]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(isOver).toEqual([true, true]);
    await vi.advanceTimersByTimeAsync(1000);
  });

  test('has its deadline after its first answer, and an error is not an answer', async () => {
    let answer: () => unknown = () => good;
    const store = failover(answering(() => answer()));
    store.check('k', LIMITS, 1, 0);
    answer = () => new Promise(() => {});
    const late = store.check('k', LIMITS, 1, 0);
    await vi.advanceTimersByTimeAsync(50);
    expect(sourceOf(await late)).toBe('local');
    const failing = failover(answering(() => Promise.reject(new Error('down'))));
    expect(sourceOf(await failing.check('k', LIMITS, 1, 0))).toBe('local');
  });
});

describe('the warning of a store that gives no answers', () => {
  const down = answering(() => Promise.reject(new Error('WRONGPASS invalid password')));

  test.each<[OnStoreError, string]>([
    ['local', 'each process counts by itself, so that all together allow a multiple of the limit'],
    ['allow', 'every request is allowed'],
    ['deny', 'every request is refused'],
  ])('names the limit and the first error, and says what %s means', async (onStoreError, meaning) => {
    const store = failover({ ...down }, { onStoreError });
    await threeChecks(store);
    await nextTurn();
    expect(warnings).toMatchObject([{ name: 'BreakingWarning', code: 'BREAKING_STORE_FAILS' }]);
    expect(warnings[0]?.message).toBe(
      `rate limit "api": its store gives no answer (WRONGPASS invalid password). Until it does, ${meaning}.`,
    );
  });

  test('is one a minute for all limits on a store', async () => {
    const nowMs = vi.spyOn(performance, 'now').mockReturnValue(1e9);
    onTestFinished(() => nowMs.mockRestore());
    const stores = [failover(down, { name: 'one' }), failover(down, { name: 'other' })];
    for (const store of [...stores, ...stores]) await store.check('k', LIMITS, 1, 0);
    await nextTurn();
    expect(warnings).toHaveLength(1);
    nowMs.mockReturnValue(1e9 + 60_000);
    for (const store of stores) await store.check('k', LIMITS, 1, 0);
    await nextTurn();
    expect(warnings).toHaveLength(2);
  });

  test('contains the deadline of a store that is too slow, and what to set', async () => {
    const late = (await hanging()).check('k', LIMITS, 1, 0);
    await vi.advanceTimersByTimeAsync(50);
    await late;
    await nextTurn();
    expect(warnings[0]?.message).toContain('(store.check took longer than 0.05 s)');
    expect(warnings[0]?.message).toContain(
      'The deadline is 0.05 s. If the store needs longer, set storeDeadlineSecs.',
    );
  });

  test('contains what the store says about its error', async () => {
    const store = failover({ ...down, adviceOn: error => `Think about ${(error as Error).message}.` });
    await store.check('k', LIMITS, 1, 0);
    await nextTurn();
    expect(warnings[0]?.message).toMatch(/ Think about WRONGPASS invalid password\.$/);
  });

  test('is not for a store that answers decisions, though a refund is lost', async () => {
    const memory = new MemoryBucketStore();
    const store = failover({ ...down, check: (...args) => memory.check(...args) });
    await store.check('k', LIMITS, 1, 0);
    await store.refund('k', LIMITS, 1, 0);
    await nextTurn();
    expect(warnings).toEqual([]);
  });
});

describe('after an outage', () => {
  test('the store decides again, at the next request', async () => {
    const memory = new MemoryBucketStore();
    let isDown = true;
    const store = failover({
      check: async (...args) => {
        if (isDown) throw new Error('down');
        return memory.check(...args);
      },
      peek: (...args) => memory.peek(...args),
      refund: (...args) => memory.refund(...args),
      reset: key => memory.reset(key),
    });
    const limiter = new RateLimiter({ name: 'api', limits: perDay(2), store });
    expect(sourceOf(await limiter.check('k', 2))).toBe('local');
    expect((await limiter.check('k')).allowed).toBe(false);
    isDown = false;
    const decision = await limiter.check('k', 2);
    expect([decision.allowed, sourceOf(decision)]).toEqual([true, 'store']);
  });

  test('refunds and resets in between reached the buckets of this process', async () => {
    const store = failover(answering(() => Promise.reject(new Error('down'))));
    await store.check('k', LIMITS, 2, 0);
    await store.refund('k', LIMITS, 1, 0);
    expect(await store.check('k', LIMITS, 1, 0)).toMatchObject({ allowed: true });
    expect(await store.check('k', LIMITS, 1, 0)).toMatchObject({ allowed: false });
    await store.reset('k', 0);
    expect(await store.check('k', LIMITS, 2, 0)).toMatchObject({ allowed: true });
  });
});

describe('breaking:store:error', () => {
  test('is built only when someone listens, and the decision is the same', async () => {
    errors.unsubscribe(onMessage);
    const published = vi.spyOn(errors, 'publish');
    const store = failover(answering(() => Promise.reject(new Error('down'))));
    expectFallback('local', await threeChecks(store));
    expect(published).not.toHaveBeenCalled();
    published.mockRestore();
  });
});

describe('options', () => {
  const store = new MemoryBucketStore();

  test('local and 50 ms are the defaults', async () => {
    const answer = (await hanging()).check('k', LIMITS, 1, 0);
    await vi.advanceTimersByTimeAsync(50);
    expect(await answer).toMatchObject({ limits: [{ name: 'only', tokensLeft: 1 }] });
  });

  test('a deadline as long as a timer can wait is kept', async () => {
    const answer = (await hanging({ deadlineSecs: 2_147_483 })).check('k', LIMITS, 1, 0);
    await vi.advanceTimersByTimeAsync(2_147_482_999);
    expect(heard).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await answer;
    expect(heard).toHaveLength(1);
  });

  test.each<[string, unknown, ErrorConstructor | RangeErrorConstructor, string]>([
    ['none', undefined, TypeError, 'FailoverBucketStore: options must be an object, got undefined'],
    [
      'an unknown one',
      { store, name: 'a', deadlineMs: 5 },
      TypeError,
      'FailoverBucketStore: unknown option "deadlineMs", known options: store, name, onStoreError, deadlineSecs',
    ],
    [
      'no store',
      { name: 'a' },
      TypeError,
      'FailoverBucketStore: store must be an object with a method check, got undefined',
    ],
    ['no name', { store }, TypeError, 'FailoverBucketStore: name must be a string, got undefined'],
    [
      'an unprintable name',
      { store, name: 'ü' },
      RangeError,
      'FailoverBucketStore: name must be printable ASCII, not empty, got "ü"',
    ],
    [
      'an unknown answer to errors',
      { store, name: 'a', onStoreError: 'ignore' },
      RangeError,
      `FailoverBucketStore: onStoreError must be one of 'local', 'allow', 'deny', got "ignore"`,
    ],
    [
      'null for the answer to errors',
      { store, name: 'a', onStoreError: null },
      TypeError,
      'FailoverBucketStore: onStoreError must be a string, got null',
    ],
    [
      'no time at all',
      { store, name: 'a', deadlineSecs: 0 },
      RangeError,
      'FailoverBucketStore: deadlineSecs must be > 0, got 0',
    ],
    [
      'all the time in the world',
      { store, name: 'a', deadlineSecs: Infinity },
      RangeError,
      'FailoverBucketStore: deadlineSecs must be finite, got Infinity',
    ],
    [
      'more time than a timer can wait',
      { store, name: 'a', deadlineSecs: 2_147_484 },
      RangeError,
      'FailoverBucketStore: deadlineSecs must be <= 2147483, got 2147484',
    ],
    [
      'a time in text',
      { store, name: 'a', deadlineSecs: '50ms' },
      TypeError,
      'FailoverBucketStore: deadlineSecs must be a number, got "50ms"',
    ],
  ])('refused: %s', (_, options, kind, message) => {
    const make = () => new FailoverBucketStore(options as FailoverOptions);
    expect(make).toThrow(kind);
    expect(make).toThrow(message);
  });
});
