import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../types/errors.ts';
import { checkUpcasters } from './checkUpcasters.ts';
import type { Upcaster } from './Upcaster.ts';

const VALID: Upcaster = { eventType: 'A', from: '1', to: '2', up: '$', down: (payload) => payload };

function faultOf(upcasters: unknown): string {
  try {
    checkUpcasters(upcasters as Upcaster[]);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as Error).message;
  }
  return 'none';
}

describe('checkUpcasters', () => {
  it('takes rules between different versions', () => {
    expect(
      faultOf([VALID, { ...VALID, from: '2', to: '3' }, { ...VALID, to: '3' }, { ...VALID, eventType: 'B' }]),
    ).toBe('none');
    expect(faultOf([{ eventType: 'A', from: '1', to: '2', up: '$' }])).toBe('none');
  });

  it.each([
    [{}, 'upcasters must be an array'],
    [[null], 'upcasters[0].eventType must be a string, not empty'],
    [[{ ...VALID, from: 1 }], 'upcasters[0].from must be a string, not empty'],
    [[VALID, { ...VALID, to: '' }], 'upcasters[1].to must be a string, not empty'],
    [[{ ...VALID, up: undefined }], 'upcasters[0].up must be a function or a JSONata expression'],
    [[{ ...VALID, up: '{' }], 'upcasters[0].up: rule is no JSONata expression'],
    [[{ ...VALID, down: 7 }], 'upcasters[0].down must be a function or a JSONata expression'],
    [[VALID, VALID], 'upcasters[1] is the second one from this version to that one; leave out one'],
    [[{ ...VALID, to: '1' }], 'upcasters of A lead round in a circle'],
    [[VALID, { ...VALID, from: '2', to: '1' }], 'upcasters of A lead round in a circle'],
  ])('refuses %j', (upcasters, message) => {
    expect(faultOf(upcasters)).toContain(message);
  });

  it.each([
    [{}, 'upcasters'],
    [[VALID, { ...VALID, to: '' }], 'upcasters[1].to'],
    [[{ ...VALID, up: '{' }], 'upcasters[0].up'],
    [[{ ...VALID, down: 7 }], 'upcasters[0].down'],
    [[VALID, VALID], 'upcasters[1]'],
  ])('names the setting of %j', (upcasters, setting) => {
    expect(() => checkUpcasters(upcasters as Upcaster[])).toThrow(expect.objectContaining({ details: { setting } }));
  });

  it('keeps what is wrong with an expression as the cause', () => {
    const cause = expect.objectContaining({ code: 'INVALID_ARGUMENT' });

    expect(() => checkUpcasters([{ ...VALID, up: '{' }])).toThrow(expect.objectContaining({ cause }));
  });
});
