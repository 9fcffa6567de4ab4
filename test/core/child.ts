import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Runs a TypeScript file of this folder in a node process without Jest's realms, and gives what it printed as JSON. */
export async function runChild(name: string, ...flags: string[]): Promise<unknown> {
  const file = fileURLToPath(new URL(name, import.meta.url));
  const args = [...flags, '--import', '@swc-node/register/esm-register', file];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout);
}
