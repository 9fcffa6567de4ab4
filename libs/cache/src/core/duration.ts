/** A length of time as people write it: seconds, or `'500ms'`, `'30s'`, `'5m'`, `'2h'`, `'1d'`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds, or undefined where the text says no length of time. Zero and less are for the caller to judge. */
export function millisecondsOf(duration: unknown): number | undefined {
  if (typeof duration === 'number') return Number.isFinite(duration) ? duration * 1_000 : undefined;
  if (typeof duration !== 'string') return undefined;
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(duration) ?? [];
  return amount === undefined || unit === undefined ? undefined : Number(amount) * units[unit]!;
}
