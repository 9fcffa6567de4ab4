import { Logger } from '@nestjs/common';
import type { Advisor } from '../core/insight/advice.js';

const mostNamed = 10;

/** What the methods of an application say of themselves before anything is read, and what is to be said of that at boot. */
export class BootAdvice {
  readonly #advisor: Advisor;
  readonly #scopeless = new Set<string>();

  constructor(advisor: Advisor) {
    this.#advisor = advisor;
  }

  /** A method with `@Cached`. */
  reads(name: string, hasScope: boolean): void {
    this.#advisor.learn({ methods: [name] });
    if (!hasScope) this.#scopeless.add(name);
  }

  /** What stands in an `@InvalidatesTags`; what a function gives is heard of when something has changed. */
  writes(declaration: unknown): void {
    if (Array.isArray(declaration)) this.#advisor.learn({ invalidated: declaration as readonly string[] });
  }

  get scopeless(): readonly string[] {
    return [...this.#scopeless];
  }

  /** In one line, however many they are. */
  give(): void {
    const names = this.scopeless;
    if (names.length === 0) return;
    this.#advisor.learn({ scopeless: names });
    const others = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : '';
    const which = `${names.slice(0, mostNamed).join(', ')}${others}`;
    const advice = "Write @Cached({ scope: … }), 'everyone' where it is for all.";
    new Logger('Cache').log(`Not said for whom its results hold: ${which}. ${advice}`);
  }
}
