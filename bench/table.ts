/** Tables of Markdown, and numbers as they stand in them. */
import { spreadOf, type Spread } from './statistics.js';

export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [heads, heads.map((_, at) => (at === 0 ? '---' : '---:')), ...rows];
  return `${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}

export function time(values: readonly number[] | undefined): string {
  const { low, median, high } = spreadOf(values ?? []);
  return `${nanoseconds(median)} (${nanoseconds(low)} to ${nanoseconds(high)})`;
}

export function nanoseconds(value: number): string {
  return value < 1_000
    ? `${value.toFixed(0)} ns`
    : `${value < 1e6 ? (value / 1_000).toPrecision(3) : (value / 1_000).toFixed(0)} µs`;
}

export function factor({ low, median, high }: Spread, digits = 1): string {
  return `**${median.toFixed(digits)}** (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
}
