// The types of servers.mjs, for tests written in TypeScript.
export interface TestServer {
  readonly url: string;
  readonly pid: number;
  readonly folder: string;
}
export type ServerKind = 'redis' | 'postgres';

export function startServers<Kind extends ServerKind = ServerKind>(
  kinds?: readonly Kind[],
  options?: { onKeeper?: (pid: number) => void },
): Promise<Record<Kind, TestServer> & { keeperPid: number; stop: () => Promise<void> }>;

export function provideServers(given?: {
  redisUrl?: string;
  databaseUrl?: string;
}): Promise<{ redisUrl: string; databaseUrl: string; stop: () => Promise<void> }>;
