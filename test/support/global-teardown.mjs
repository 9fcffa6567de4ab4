// Runs once after all tests. When Jest dies before it gets here, the keeper notices by itself.
export default async function globalTeardown() {
  await globalThis.stopTestServers?.();
}
