// The types of chromium.mjs, for tests written in TypeScript.
export function provideChromium(given?: string): Promise<string>;

export function needsBrowser(run: {
  rootDir: string;
  testPathPatterns: { toExecutor(options: { rootDir: string }): { isMatch(path: string): boolean } };
}): boolean;
