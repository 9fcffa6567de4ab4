/** The data rooms that are read and written, with what stays in them throughout and what has come and gone lately. */
import { randomUUID } from 'node:crypto';
import type { Balancer, Order } from './balancer.js';

export interface Person {
  readonly id: string;
  readonly token: string;
}

export interface Room {
  readonly id: string;
  readonly owner: Person;
  /** Is a member at times. */
  readonly guest: Person;
  /** At the root level, where they stay. */
  readonly folders: readonly [string, string];
  /** In one of them, by turns. */
  readonly wanderers: readonly string[];
  readonly files: readonly string[];
  readonly passing: { readonly folders: string[]; readonly files: string[] };
}

const password = 'correct horse battery staple';

export async function furnish(balancer: Balancer, count: number): Promise<Room[]> {
  const made = async (order: Order): Promise<{ id: string }> => {
    const { status, trouble, text } = await balancer.send(order);
    if (status !== 201) throw new Error(`${order.method} ${order.path} before the run: ${status} ${trouble} ${text}`);
    return JSON.parse(text) as { id: string };
  };
  const person = async (name: string): Promise<Person> => {
    const body = { email: `${randomUUID()}@example.org`, name, password };
    const session = await made({ method: 'POST', path: '/auth/register', body });
    const { accessToken, user } = session as unknown as { accessToken: string; user: { id: string } };
    return { id: user.id, token: accessToken };
  };
  const [owner, guest] = [await person('owner'), await person('guest')];
  const { token } = owner;

  const room = async (number: number): Promise<Room> => {
    const { id } = await made({ method: 'POST', path: '/data-rooms', token, body: { name: `room ${number}` } });
    const folder = async (name: string, parentId: string | null = null) =>
      (await made({ method: 'POST', path: `/data-rooms/${id}/folders`, token, body: { name, parentId } })).id;
    const file = async (name: string, folderId: string) =>
      (await made({ method: 'POST', path: `/folders/${folderId}/files`, token, file: { name, content: name } })).id;
    const left = await folder('left');
    const right = await folder('right');
    const wanderers = [await folder('wanderer', left), await folder('vagrant', right)];
    const files = [await file('a', left), await file('b', right), await file('c', wanderers[0]!)];
    return { id, owner, guest, folders: [left, right], wanderers, files, passing: { folders: [], files: [] } };
  };
  const rooms: Room[] = [];
  for (let number = 0; number < count; number++) rooms.push(await room(number));
  return rooms;
}

const kept = 6;

/** So that reads find some things that are there no more. */
export function remember(passing: string[], id: string): void {
  passing.push(id);
  if (passing.length > kept) passing.shift();
}
