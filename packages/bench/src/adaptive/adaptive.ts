import { ConcurrencyLimiter } from '@breaking/core';
import { simulated } from '@breaking/testkit/simulation';
import type { Part } from '../part.js';
import type { AdaptiveContender } from './adaptiveContender.js';
import { FIXED, SCENARIOS } from './scenarios.js';

const SEEDS = [1, 2, 3];

/**
 * How well a rule finds the limit of simulated servers at twice their load: the answers in time, as a share of those with the
 * best fixed limit. No time is measured, so every run gives the same figures.
 */
export const adaptive: Part<AdaptiveContender> = {
  name: 'adaptive',
  title: 'Answers in time at twice the load, simulated',
  family: 'adaptive',
  rounds: 1,
  runs: Object.keys(SCENARIOS),
  takesPart: () => true,
  async measure(contender, run) {
    const limiterOn = await contender.open();
    let answers = 0;
    let answersOfBest = 0;
    const settled: number[] = [];
    for (const seed of SEEDS) {
      const server = { ...(SCENARIOS[run] as (typeof SCENARIOS)[string]), seed };
      const { goodput, limits } = simulated(server, limiterOn);
      answers += goodput;
      const ofFixed = FIXED.map(limit => simulated(server, () => new ConcurrencyLimiter({ limit })).goodput);
      answersOfBest += Math.max(...ofFixed);
      settled.push(...limits.slice(limits.length / 4));
    }
    return {
      '% of the best fixed limit': (100 * answers) / answersOfBest,
      'lowest limit, once settled': Math.min(...settled),
      'highest limit, once settled': Math.max(...settled),
    };
  },
};
