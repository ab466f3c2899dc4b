import { expect, test } from 'vitest';
import { WakefulTurns } from './WakefulTurns.ts';

function turnsOf() {
  const pending: (() => void)[] = [];
  const wait = { isWorthIt: true };
  const turns = new WakefulTurns(
    () => wait.isWorthIt,
    (turn) => pending.push(turn),
  );
  return { turns, wait, pending, turn: () => pending.shift()?.() };
}

test('turns follow each other as long as they are worth it', () => {
  const { turns, wait, pending, turn } = turnsOf();

  turns.start();
  turn();
  const meanwhile = pending.length;
  wait.isWorthIt = false;
  turn();

  expect([meanwhile, pending.length]).toEqual([1, 0]);
});

test('a wait that begins while turns go on adds none to them', () => {
  const { turns, pending, turn } = turnsOf();

  turns.start();
  turns.start();
  turn();
  turns.start();

  expect(pending).toHaveLength(1);
});

test('turns begin again after they have ended', () => {
  const { turns, wait, pending, turn } = turnsOf();
  turns.start();
  wait.isWorthIt = false;
  turn();

  wait.isWorthIt = true;
  turns.start();

  expect(pending).toHaveLength(1);
});
