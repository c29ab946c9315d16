import { describe, expect, test } from 'vitest';
import type { BreakerContender } from '../src/breaker/breakerContender.js';
import { CalleeFailed, open, Switchable } from '../src/breaker/switchable.js';
import { contendersOf } from '../src/contender.js';

const contenders = (await contendersOf<BreakerContender>('breaker')).filter(({ role }) => role !== 'floor');

describe.each(contenders.map(contender => [contender.name, contender] as const))('%s', (_name, contender) => {
  test.each(['guard', 'guardSync'] as const)(
    '%s passes results and failures on, opens, and then calls nothing',
    async kind => {
      const callee = new Switchable();
      const call: () => unknown =
        kind === 'guard' ? await contender.guard(callee.async, 0) : await contender.guardSync(callee.sync);

      expect(await call()).toBe(1);
      expect(await call()).toBe(2);
      callee.failing = true;
      await expect(async () => call()).rejects.toThrow(CalleeFailed);
      await open(callee, call);
      callee.failing = false;
      await expect(async () => call()).rejects.not.toThrow(CalleeFailed);
      expect(callee.sync()).toBe(3);
    },
  );
});
