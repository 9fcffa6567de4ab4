import type { Message } from './change-list.js';

/** Whoever looks on as a replica learns of things. Nothing waits for it, and it never throws. */
export interface Onlooker {
  /** The list has it by now. */
  heard(message: Message): void;
  /** The list was taken over as it stood: what was told in between is known by its effect alone. */
  missed(): void;
}

export const nobodyLooks: Onlooker = Object.freeze({ heard: () => {}, missed: () => {} });
