import { CircuitBreakerGroup, MockClock } from '@breaking/core';
import { expect, test } from 'vitest';
import { Census } from '../src/views/census.js';

const NONE = new Map();

function groupOf(size: number): CircuitBreakerGroup {
  const clock = new MockClock();
  const group = new CircuitBreakerGroup({ errorThreshold: 1, timeWindowSecs: 60, clock });
  for (let i = 0; i < size; i++) group.get(`${i}`);
  return group;
}

test('of a small group every look is at all', () => {
  const group = groupOf(100);
  const census = new Census(group);
  expect(census.look(NONE, 0).states).toEqual({ closed: 100, open: 0, halfOpen: 0 });
  group.get('77').trip();
  const { states, shown } = census.look(NONE, 1);
  expect(states).toEqual({ closed: 99, open: 1, halfOpen: 0 });
  expect(shown[0]?.[0]).toBe('77');
});

test('of a large group the first look is at all, and a change is seen within a round', () => {
  const group = groupOf(9000);
  const census = new Census(group);
  expect(census.look(NONE, 0).states.closed).toBe(9000);
  group.get('8999').trip();
  const open = [1, 2, 3, 4, 5].map(now => census.look(NONE, now).states.open);
  expect(open).toEqual([0, 0, 0, 0, 1]);
});

test('after a pause the next look is at all again', () => {
  const group = groupOf(9000);
  const census = new Census(group);
  census.look(NONE, 0);
  group.get('0').trip();
  expect(census.look(NONE, 60).states.open).toBe(1);
});
