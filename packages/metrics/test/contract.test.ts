import { subscribe } from 'node:diagnostics_channel';
import type { DecisionMessage } from '@breaking/core';
import { collectInto } from '@breaking/metrics/prometheus';
import { circuitBreakerContract, rateLimitContract } from '@breaking/testkit';
import { Registry } from 'prom-client';
import { afterAll, expect } from 'vitest';
import { nodeHttpUnderTest } from '../../http/test/nodeHttpUnderTest.js';

// The contract suites of adapters, counted twice: by what is tested here, and message by message. In the end both must
// have come to the same sums.
const registry = new Registry();
const stop = collectInto(registry);
const told: Record<string, number> = {};
const tell = (line: string) => {
  told[line] = (told[line] ?? 0) + 1;
};
const label = (text: string) => JSON.stringify(text);

subscribe('breaking:rate_limit:decision', message => {
  const { name, decision, enforced, source } = message as DecisionMessage;
  const result = decision.allowed ? 'allowed' : enforced ? 'refused' : 'would_refuse';
  tell(`rate_limit_decisions_total{name=${label(name)},result="${result}",source="${source}"}`);
  for (const limit of decision.violated) {
    tell(`rate_limit_violations_total{name=${label(name)},limit=${label(limit)}}`);
  }
});
subscribe('breaking:circuit_breaker:call', message => {
  const { name, outcome } = message as { name: string; outcome: string };
  tell(`circuit_breaker_calls_total{name=${label(name)},outcome="${outcome}"}`);
});
subscribe('breaking:circuit_breaker:transition', message => {
  const { name, to, reason } = message as { name: string; to: string; reason: string };
  tell(`circuit_breaker_transitions_total{name=${label(name)},to="${to}",reason="${reason}"}`);
});
subscribe('breaking:store:error', message => {
  tell(`store_errors_total{name=${label((message as { name: string }).name)}}`);
});

rateLimitContract(nodeHttpUnderTest);
circuitBreakerContract(nodeHttpUnderTest);

afterAll(async () => {
  const lines = (await registry.metrics()).matchAll(/^breaking_(\w+_total\{.*\}) (\d+)$/gm);
  const counted = Object.fromEntries([...lines].map(([, series, value]) => [series, Number(value)]));
  stop();

  expect(Object.keys(counted).length).toBeGreaterThan(20);
  expect(counted).toEqual(told);
});
