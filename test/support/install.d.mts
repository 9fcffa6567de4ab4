// The types of install.mjs, for tests written in TypeScript.
export function findOrInstall(
  programs: readonly { find(): string | undefined; apt: string; given: string }[],
  options?: { mayInstall?: boolean; say?: (sentence: string) => void },
): Promise<void>;

export function install(
  packages: readonly string[],
  say: (sentence: string) => void,
  machine?: { policy: string; clusters: string },
): Promise<void>;
