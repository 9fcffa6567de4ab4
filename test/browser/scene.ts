// A room as it might be in the middle of a deal, for tests and pictures.
import { password, Person, type Body } from '../support/data-room-person.js';

export interface Scene {
  readonly room: Body;
  readonly folder: Body;
  readonly owner: Person;
  readonly viewer: Person;
}

const files = [
  ['Annual report 2024.pdf', 1_840_000],
  ['Balance sheet.xlsx', 96_400],
  ['Loan agreement (signed).pdf', 412_000],
  ['Notes.txt', 830],
] as const;

export async function playScene(address: string): Promise<Scene> {
  const [owner, viewer] = await Promise.all([
    register(address, { name: 'Ann Baker', email: 'ann.baker@example.org' }),
    register(address, { name: 'Bob Cole', email: 'bob.cole@example.org' }),
  ]);
  const room = await owner.room('Project Aurora');
  for (const name of ['Series B', 'Office lease']) await owner.room(name);
  await viewer.room('Vendor due diligence');

  const folders: Record<string, Body> = {};
  for (const name of ['Contracts', 'Finance', 'Legal', 'People']) folders[name] = await owner.folder(room.id, name);
  const finance = folders.Finance as Body;
  for (const name of ['2023', '2024']) await owner.folder(room.id, name, finance.id);
  for (const [name, size] of files) {
    await owner.upload(`/folders/${finance.id}/files`, name, 'x'.repeat(size), 'application/octet-stream');
  }
  await owner.post(`/data-rooms/${room.id}/members`, { email: viewer.email, role: 'viewer' });
  return { room, folder: finance, owner, viewer };
}

async function register(address: string, who: { name: string; email: string }): Promise<Person> {
  const { body } = await new Person(address).post('/auth/register', { ...who, password });
  return new Person(address, body);
}

/** What the page keeps of who is signed in. */
export const sessionOf = (person: Person, name: string): Record<string, string> => ({
  'data-room-token': person.token,
  'data-room-user': JSON.stringify({ id: person.id, email: person.email, name }),
});
