import { setImmediate } from 'node:timers/promises';
import { afterEach } from 'vitest';

// Node prints process warnings. A test that provokes one of this library listens for it and asserts it. Any other warning fails the
// test.

const unexpected: Error[] = [];

process.removeAllListeners('warning');
process.on('warning', warning => {
  if (warning.name !== 'BreakingWarning' || process.listenerCount('warning') === 1) unexpected.push(warning);
});

afterEach(async () => {
  // Warnings are emitted in a later turn than their cause.
  await setImmediate();
  const warnings = unexpected.splice(0);
  if (warnings.length > 0) {
    throw new Error(`unexpected process warnings:\n${warnings.map(({ stack }) => stack).join('\n')}`);
  }
});
