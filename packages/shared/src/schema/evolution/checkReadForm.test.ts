import { expect, it } from 'vitest';
import type { ReadForm } from '../../ports/EventStorePort.ts';
import { InvalidArgumentError } from '../../types/errors.ts';
import { checkReadForm, versionAskedFor } from './checkReadForm.ts';

const NO_MAP = 'must be an object that names a version, as a string, by event type';

it.each<[form: object, argument: string, rule: string]>([
  [{ upcast: 'no' }, 'upcast', 'must be true or false, found no'],
  [{ upcast: null }, 'upcast', 'must be true or false, found null'],
  [{ readAs: null }, 'readAs', NO_MAP],
  [{ readAs: '1' }, 'readAs', NO_MAP],
  [{ readAs: ['1'] }, 'readAs', NO_MAP],
  [{ readAs: { A: '1', B: 2 } }, 'readAs', NO_MAP],
  [{ upcast: false, readAs: {} }, 'readAs', 'contradicts upcast: false, the stored form; leave out one of them'],
])('refuses %j, and says why', (form, argument, rule) => {
  const check = () => checkReadForm(form as ReadForm);

  expect(check).toThrow(InvalidArgumentError);
  expect(check).toThrow(expect.objectContaining({ details: { argument, rule } }));
});

it.each<[ReadForm]>([[{}], [{ upcast: false }], [{ upcast: true, readAs: { A: '1' } }], [{ readAs: {} }]])(
  'takes %j',
  (form) => {
    expect(() => checkReadForm(form)).not.toThrow();
  },
);

it('asks for the latest version of the types that it does not name, such as those that objects inherit', () => {
  const form = { readAs: { A: '1' } };

  expect(versionAskedFor(form, 'A')).toBe('1');
  expect(versionAskedFor(form, 'constructor')).toBeUndefined();
  expect(versionAskedFor({}, 'A')).toBeUndefined();
});
