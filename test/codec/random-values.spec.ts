import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { admit } from '../../libs/cache/src/core/copy/copy.js';
import { changeOf } from './fidelity.js';
import { values } from './random-values.js';

describe('whatever the cache admits', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(values, (value) => {
        admit(value);
        expect(changeOf(value)).toBeUndefined();
      }),
      { numRuns: 3_000 },
    );
  });

  it('is so when it is encrypted', () => {
    const keys = [randomBytes(32)];

    fc.assert(
      fc.property(values, (value) => {
        expect(changeOf(value, keys)).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });
});
