import { afterEach, beforeEach, expect } from 'vitest';

/** For a whole test file: the unhandled rejections of the current test. Any that remain at its end fail the test. */
export function unhandledRejections(): unknown[] {
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown) => void unhandled.push(reason);
  beforeEach(() => void process.on('unhandledRejection', onUnhandled));
  afterEach(async () => {
    // Node reports them after all microtasks.
    await new Promise(resolve => setImmediate(resolve));
    process.off('unhandledRejection', onUnhandled);
    expect(unhandled.splice(0)).toEqual([]);
  });
  return unhandled;
}
