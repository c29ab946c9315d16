import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { DecisionMessage } from '@breaking/core';
import type { Stop } from './listeningContender.js';

const CHANNEL = 'breaking:rate_limit:decision';

/** Calls `listener` with each decision until it is stopped. */
export function heard(listener: (message: DecisionMessage) => void): Stop {
  const onMessage = (message: unknown) => listener(message as DecisionMessage);
  subscribe(CHANNEL, onMessage);
  return () => void unsubscribe(CHANNEL, onMessage);
}

export function resultOf({ decision, enforced }: DecisionMessage): string {
  if (decision.allowed) return 'allowed';
  return enforced ? 'refused' : 'would_refuse';
}
