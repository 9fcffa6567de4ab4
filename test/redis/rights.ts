import { readFileSync } from 'node:fs';

/** The rights of the user `cache`, as the README writes them down. */
export function rightsFor(prefix: string, password: string): string[] {
  const [, line = ''] = /ACL SETUSER cache (.+)/.exec(readFileSync('README.md', 'utf8')) ?? [];
  const rights = line.replaceAll('dataroom', prefix).split(' ');
  return rights.map((right) => (right.startsWith('>') ? `>${password}` : right));
}
