// An authority of a test's own, and a server's certificate that it has signed.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

export class Certificates {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** For localhost and 127.0.0.1. */
  static async make(): Promise<Certificates> {
    const certificates = new Certificates(await mkdtemp(join(tmpdir(), 'data-room-tls-')));
    const at = (name: string) => join(certificates.folder, name);
    const openssl = (...args: string[]) => run('openssl', args);
    await openssl(
      'req',
      '-x509',
      ...key,
      '-keyout',
      at('ca.key'),
      '-out',
      at('ca.pem'),
      '-days',
      '2',
      '-subj',
      '/CN=ca',
    );
    await openssl('req', ...key, '-keyout', at('server.key'), '-out', at('server.csr'), '-subj', '/CN=server');
    await writeFile(at('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1');
    const authority = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-extfile', at('names')];
    await openssl('x509', '-req', '-in', at('server.csr'), ...authority, '-out', at('server.pem'), '-days', '2');
    return certificates;
  }

  get ca(): string {
    return join(this.folder, 'ca.pem');
  }

  /** What a server with a TLS port says of itself. */
  settings(port: number): Readonly<Record<string, string | number>> {
    return {
      'tls-port': port,
      'tls-cert-file': join(this.folder, 'server.pem'),
      'tls-key-file': join(this.folder, 'server.key'),
      'tls-ca-cert-file': this.ca,
      'tls-auth-clients': 'no',
    };
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
