// A client of the data room, with or without a token. Never throws on a status: tests judge the answer.
import { randomUUID } from 'node:crypto';

export interface Answer {
  readonly status: number;
  readonly cache: string | null;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed JSON, or undefined. Tests know what they asked for. */
  readonly body: Body;
}

interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | FormData;
}

/** What the tests look at in answers, all routes together. */
export interface Body {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly parentId: string | null;
  readonly dataRoomId: string;
  readonly accessToken: string;
  readonly message: string | string[];
  readonly items: readonly (Body & { readonly kind: string; readonly userId: string })[];
  readonly nextCursor: string | null;
  readonly usage: { readonly files: number; readonly bytes: number };
  readonly user: { readonly id: string; readonly email: string; readonly name: string };
  readonly sha256: string;
  readonly size: number;
  readonly mimeType: string;
}

export const password = 'correct horse battery staple';

export class Person {
  readonly #address: string;
  readonly #token: string | undefined;
  readonly id: string;
  readonly email: string;

  constructor(address: string, session?: Pick<Body, 'accessToken' | 'user'>) {
    this.#address = address;
    this.#token = session?.accessToken;
    this.id = session?.user.id ?? '';
    this.email = session?.user.email ?? '';
  }

  static async register(address: string, name: string): Promise<Person> {
    const email = `${randomUUID()}@example.org`;
    const { status, text, body } = await new Person(address).post('/auth/register', { email, name, password });
    if (status !== 201) throw new Error(`${name} could not register: ${status} ${text}`);
    return new Person(address, body);
  }

  get token(): string {
    return this.#token ?? '';
  }

  /** The same person, talking to another application. */
  at(address: string): Person {
    return new Person(address, {
      accessToken: this.token,
      user: { id: this.id, email: this.email, name: '' },
    });
  }

  get = (path: string) => this.send('GET', path);
  post = (path: string, body?: unknown) => this.#json('POST', path, body);
  put = (path: string, body?: unknown) => this.#json('PUT', path, body);
  patch = (path: string, body?: unknown) => this.#json('PATCH', path, body);
  delete = (path: string) => this.send('DELETE', path);

  upload(path: string, name: string, content: string | Uint8Array<ArrayBuffer>, type = 'text/plain'): Promise<Answer> {
    const form = new FormData();
    form.append('file', new Blob([content], { type }), name);
    return this.send('POST', path, { body: form });
  }

  async room(name = 'a room'): Promise<Body> {
    return (await this.post('/data-rooms', { name })).body;
  }

  async folder(dataRoomId: string, name: string, parentId: string | null = null): Promise<Body> {
    return (await this.post(`/data-rooms/${dataRoomId}/folders`, { name, parentId })).body;
  }

  async send(method: string, path: string, { headers, body }: Sent = {}): Promise<Answer> {
    const authorization = this.#token && { authorization: `Bearer ${this.#token}` };
    const response = await fetch(this.#address + path, { method, headers: { ...authorization, ...headers }, body });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    return {
      status: response.status,
      cache: response.headers.get('x-cache'),
      headers: response.headers,
      text,
      body: (isJson && text ? JSON.parse(text) : undefined) as Body,
    };
  }

  #json(method: string, path: string, body: unknown): Promise<Answer> {
    return this.send(method, path, { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  }
}

export const statusesOf = (answers: readonly Answer[]): number[] =>
  answers.map(({ status }) => status).toSorted((one, other) => one - other);
