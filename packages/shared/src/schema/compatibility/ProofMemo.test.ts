import { describe, expect, it, vi } from 'vitest';
import type { Finding } from './Finding.ts';
import { ProofMemo } from './ProofMemo.ts';

const giveUp = (kind: string): Finding => ({ kind, side: 'reader', pointer: '', text: '' });
const FAULT = giveUp('FAULT');

describe('ProofMemo', () => {
  it('shows a claim once', () => {
    const memo = new ProofMemo();
    const show = vi.fn(() => []);

    memo.prove('a', 0, giveUp, show);
    memo.prove('a', 1, giveUp, show);

    expect(show).toHaveBeenCalledTimes(1);
  });

  it('takes an open claim for granted deeper in the data, and nowhere else', () => {
    const deeper = new ProofMemo();
    const beside = new ProofMemo();

    expect(deeper.prove('a', 0, giveUp, () => deeper.prove('a', 1, giveUp, () => [FAULT]))).toEqual([]);
    expect(beside.prove('a', 0, giveUp, () => beside.prove('a', 0, giveUp, () => []))).toMatchObject([
      { kind: 'RECURSION_NOT_DECIDED' },
    ]);
  });

  it('forgets what rests on a claim that fails', () => {
    const memo = new ProofMemo();
    const inner = () => memo.prove('inner', 1, giveUp, () => memo.prove('outer', 2, giveUp, () => []));

    const assumed = vi.fn(inner);
    memo.prove('outer', 0, giveUp, () => [...assumed(), FAULT]);

    expect(assumed).toHaveReturnedWith([]);
    expect(memo.prove('inner', 1, giveUp, () => [FAULT])).toEqual([FAULT]);
  });

  it('keeps what rests on a claim that holds', () => {
    const memo = new ProofMemo();
    memo.prove('outer', 0, giveUp, () =>
      memo.prove('inner', 1, giveUp, () => memo.prove('outer', 2, giveUp, () => [FAULT])),
    );

    expect(memo.prove('inner', 1, giveUp, () => [FAULT])).toEqual([]);
  });

  it('forgets what rests on an outer claim through one that held', () => {
    const memo = new ProofMemo();
    const leaf = () => memo.prove('leaf', 2, giveUp, () => memo.prove('middle', 3, giveUp, () => []));
    const middle = () =>
      memo.prove('middle', 1, giveUp, () => [...leaf(), ...memo.prove('outer', 2, giveUp, () => [])]);

    memo.prove('outer', 0, giveUp, () => [...middle(), FAULT]);

    expect(memo.prove('leaf', 2, giveUp, () => [FAULT])).toEqual([FAULT]);
  });
});
