import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { onTestFinished } from 'vitest';

/** The messages of a channel until the end of the test. */
export function heard(channel: string): readonly unknown[] {
  const messages: unknown[] = [];
  const hear = (message: unknown) => void messages.push(message);
  subscribe(channel, hear);
  onTestFinished(() => void unsubscribe(channel, hear));
  return messages;
}
