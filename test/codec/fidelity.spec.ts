import { runChild } from '../core/child.js';
import { kept } from '../core/fidelity-cases.js';
import { complaints } from './fidelity.js';

describe('what another process reads', () => {
  it('is exactly what was written', () => {
    expect(complaints()).toEqual([]);
    expect(Object.keys(kept).length).toBeGreaterThan(45);
  });

  it('is so in a process of its own, where there is one realm', async () => {
    expect(await runChild('../codec/fidelity.child.ts')).toEqual([]);
  }, 30_000);
});
