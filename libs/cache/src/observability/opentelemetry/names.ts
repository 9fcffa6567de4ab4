// What OpenTelemetry calls things, by its semantic conventions: its own names where it has one, and else ours, in one namespace.
import type { Label } from '../readings.js';

/** Who makes the metrics and spans. */
export const scope = '@data-room/cache';
export const namespace = 'data_room_cache';

export const methodName = 'code.function.name';
export const missReason = `${namespace}.miss.reason`;
export const errorType = 'error.type';

export const attributeOf: Readonly<Record<Label, string>> = Object.freeze({
  method: methodName,
  tier: `${namespace}.hit.tier`,
  reason: missReason,
  outcome: `${namespace}.transaction.outcome`,
});

/** Its class. What it says may have an argument in it, and is left out. */
export function typeOfError(error: unknown): string {
  return error instanceof Error && error.name !== '' ? error.name : '_OTHER';
}
