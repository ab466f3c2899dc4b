import { expect, it } from 'vitest';
import { orderVersions } from './orderVersions.ts';

it('keeps the order of the registry, and puts what upcasters name before what it is lifted to', () => {
  const upcasters = [{ eventType: 'A', from: '0', to: '10', up: '$' }];

  expect(orderVersions(['9', '10'], [])).toEqual(['9', '10']);
  expect(orderVersions(['9', '10'], upcasters)).toEqual(['9', '0', '10']);
});
