import { afterEach, beforeEach, expect } from 'vitest';

/**
 * For a whole file of tests: rejections that nobody handled, of the present test. One that is still there at its end fails
 * it.
 */
export function unhandledRejections(): unknown[] {
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown) => void unhandled.push(reason);
  beforeEach(() => void process.on('unhandledRejection', onUnhandled));
  afterEach(async () => {
    // They are told once all microtasks are done.
    await new Promise(resolve => setImmediate(resolve));
    process.off('unhandledRejection', onUnhandled);
    expect(unhandled.splice(0)).toEqual([]);
  });
  return unhandled;
}
