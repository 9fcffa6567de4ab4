/** Why the application does not start, in a sentence for the operator. */
export class BootError extends Error {}

/** Null: not something an operator can mend; better shown with its stack. */
export function sentenceFor(error: unknown, { host, port }: { host?: string; port?: number } = {}): string | null {
  if (!(error instanceof Error)) return null;
  if (error instanceof BootError) return error.message;

  const code = String(Reflect.get(error, 'code'));
  if (code.startsWith('CACHE_')) return error.message;
  if (Reflect.get(error, 'syscall') !== 'listen' && code !== 'ENOTFOUND' && code !== 'EAI_AGAIN') return null;
  if (code === 'EADDRINUSE')
    return `PORT: something answers on port ${port} of ${host} already. Stop it, or set PORT to another.`;
  if (code === 'EACCES') return `PORT: this user may not listen on port ${port}. Set PORT to one from 1024 up.`;
  return `HOST: "${host}" is no address of this machine (${code}).`;
}
