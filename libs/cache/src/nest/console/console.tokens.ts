/** What CacheConsoleModule was told. */
export const CONSOLE_OPTIONS = Symbol.for('@data-room/cache:console-options');
