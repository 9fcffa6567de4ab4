import type { Told } from '../../core/insight/history.js';
import type { Lives } from '../lives.js';

/** A transaction as people are told of it. */
export interface TransactionLine {
  readonly fence: string;
  /** The process whose it is; empty where nobody knows. */
  readonly owner: string;
  readonly self: boolean;
  readonly tags: readonly string[];
  readonly tagCount: number;
  readonly outcome: Told['outcome'];
  readonly fencedAt: number;
  readonly settledAt: number | null;
  /** How long the fence stood. */
  readonly fenceMs: number | null;
  readonly position: number | null;
}

export interface Telling {
  readonly lives: Lives;
  readonly dateOf: (instant: number) => number;
}

export function transactionLine(told: Told, { lives, dateOf }: Telling): TransactionLine {
  const { fence, owner, tags, tagCount, outcome, fencedAt, settledAt, position } = told;
  return {
    fence,
    owner: lives.processOf(owner),
    self: lives.has(owner),
    tags,
    tagCount,
    outcome,
    fencedAt: dateOf(fencedAt),
    settledAt: settledAt === undefined ? null : dateOf(settledAt),
    fenceMs: settledAt === undefined ? null : settledAt - fencedAt,
    position: position ?? null,
  };
}
