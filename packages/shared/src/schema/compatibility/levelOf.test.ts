import { describe, expect, it } from 'vitest';
import { COMPATIBILITY_LEVELS, checkLevels, levelOf } from './levelOf.ts';

describe('levelOf', () => {
  const levels = checkLevels({
    default: 'NONE',
    prefixes: { Order: 'FORWARD', OrderItem: 'FULL', '': 'FULL_TRANSITIVE' },
    types: { OrderItemAdded: 'BACKWARD_TRANSITIVE' },
  });

  it.each([
    ['its own level', 'OrderItemAdded', 'BACKWARD_TRANSITIVE'],
    ['the level of the longest prefix', 'OrderItemRemoved', 'FULL'],
    ['the level of a shorter prefix', 'OrderPlaced', 'FORWARD'],
    ['the level of the empty prefix', 'Paid', 'FULL_TRANSITIVE'],
  ])('is %s', (_which, eventType, level) => {
    expect(levelOf(levels, eventType)).toBe(level);
  });

  it('is the default where nothing else fits, and BACKWARD without one', () => {
    expect(levelOf({ default: 'FORWARD', prefixes: { A: 'FULL' } }, 'B')).toBe('FORWARD');
    expect(levelOf({}, 'B')).toBe('BACKWARD');
  });

  it('takes no inherited name for an event type', () => {
    expect(levelOf({ types: {}, prefixes: {} }, 'constructor')).toBe('BACKWARD');
  });
});

describe('checkLevels', () => {
  it('knows the seven levels', () => {
    expect(COMPATIBILITY_LEVELS).toHaveLength(7);
    expect(COMPATIBILITY_LEVELS.map((level) => levelOf(checkLevels({ default: level }), 'A'))).toEqual(
      COMPATIBILITY_LEVELS,
    );
  });

  it.each([
    ['an unknown default', { default: 'BACKWARDS' }, 'compatibility.default', 'did you mean BACKWARD?'],
    [
      'a level in small letters',
      { types: { A: 'full_transitive' } },
      'compatibility.types["A"]',
      'did you mean FULL_TRANSITIVE?',
    ],
    [
      'an unknown level of a prefix',
      { prefixes: { A: 'FORWRD' } },
      'compatibility.prefixes["A"]',
      'did you mean FORWARD?',
    ],
    ['a level that is no text', { types: { A: 7 } }, 'compatibility.types["A"]', 'must be a compatibility level'],
    ['an unknown setting', { type: { A: 'FULL' } }, 'compatibility.type', 'did you mean types?'],
    ['a list', ['FULL'], 'compatibility', 'must be an object'],
    ['nothing', undefined, 'compatibility', 'must be an object'],
    ['types that are a text', { types: 'FULL' }, 'compatibility.types', 'must be an object'],
  ])('refuses %s, and names what was meant', (_what, levels, setting, text) => {
    const check = () => checkLevels(levels);

    expect(check).toThrow(expect.objectContaining({ code: 'CONFIGURATION', details: { setting } }));
    expect(check).toThrow(text);
  });
});
