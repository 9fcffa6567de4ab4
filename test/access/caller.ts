// Asks over connections that stay open, some thousand times a second. Says all that came back, headers too.
import { Agent, request as httpRequest } from 'node:http';
import type { Request } from './filling.js';

export interface Answer {
  readonly status: number;
  /** By name, in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

const connections = 12;
const boundary = 'a-boundary-of-parts';
const form = [
  `--${boundary}`,
  'Content-Disposition: form-data; name="file"; filename="planted.txt"',
  'Content-Type: text/plain',
  '',
  'planted',
  `--${boundary}--`,
  '',
].join('\r\n');

export class Caller {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: connections });

  /** The request at one of the processes, with a token or without. */
  ask(address: string, token: string, request: Request): Promise<Answer> {
    const { route, path, body } = request;
    const [type, content] = route.takesFile
      ? [`multipart/form-data; boundary=${boundary}`, form]
      : ['application/json', body && JSON.stringify(body)];
    const headers = {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(content && { 'content-type': type, 'content-length': Buffer.byteLength(content) }),
    };
    return new Promise((resolve, reject) => {
      const sent = httpRequest(address + path, { method: route.method, agent: this.#agent, headers }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.once('error', reject);
        response.once('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers as Record<string, string>,
            text: Buffer.concat(parts).toString(),
          }),
        );
      });
      // A connection that had rested too long was closed by the other side, which has not read this.
      const again = (error: Error) => (sent.reusedSocket ? resolve(this.ask(address, token, request)) : reject(error));
      sent.once('error', again);
      sent.end(content);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
