// What stands for each parameter and each field of a body. A name that is not here fails the test, with a sentence.
import { randomUUID } from 'node:crypto';
import type { Parameter, Route } from './route.js';

export interface Request {
  readonly route: Route;
  /** With the query. */
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

/** What there is to ask for, and things that are not there. */
export interface Known {
  /** Of things of every kind, in all rooms: a route is asked for those of other kinds too. */
  readonly ids: readonly string[];
  readonly folders: readonly string[];
  readonly userIds: readonly string[];
}

type Fillings = Readonly<Record<string, (known: Known) => readonly string[]>>;

const path: Fillings = {
  id: ({ ids }) => ids,
  userId: ({ userIds }) => userIds,
  name: () => ['page.js'],
};

/** Each alone, the others left out. Cursors are what the lists themselves have given out. */
const query: Fillings = {
  limit: () => ['1'],
  cursor: () => [],
  parentId: ({ folders }) => folders,
};

const fields: Readonly<Record<string, unknown>> = {
  name: 'a name that nobody gave',
  parentId: null,
  folderId: randomUUID(),
  role: 'owner',
  email: 'nobody@example.org',
  password: 'a password of nobody',
};

/** The route for everything that its path may name, without a query. */
export function plainRequests(route: Route, known: Known): Request[] {
  const strange = route.parameters.find((one) => one.in !== 'path' && !(one.in === 'query' && one.name in query));
  if (strange) throw unknown(route, { ...strange, table: 'query' });
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const paths = names.reduce<string[]>(
    (unfilled, name) => {
      const values = path[name]?.(known);
      if (!values) throw unknown(route, { name, in: 'path', table: 'path' });
      return unfilled.flatMap((one) => values.map((value) => one.replace(`{${name}}`, value)));
    },
    [route.path],
  );
  const body = bodyOf(route);
  return paths.map((filled) => ({ route, path: filled, ...(body && { body }) }));
}

export const isPlain = ({ path }: Request): boolean => !path.includes('?');

/** The same with each query that the route takes. */
export function queried(request: Request, known: Known): Request[] {
  if (!isPlain(request)) return [];
  const names = request.route.parameters.filter((one) => one.in === 'query').map(({ name }) => name);
  return names.flatMap((name) => (query[name]?.(known) ?? []).map((value) => withQuery(request, name, value)));
}

export const withQuery = (request: Request, name: string, value: string): Request => ({
  ...request,
  path: `${request.path}?${new URLSearchParams({ [name]: value })}`,
});

function bodyOf(route: Route): Request['body'] {
  // A form with a file is made by who sends it.
  if (!route.fields || route.takesFile) return undefined;
  const stranger = route.fields.find((name) => !(name in fields));
  if (stranger !== undefined) throw unknown(route, { name: stranger, in: 'body', table: 'fields' });
  return Object.fromEntries(route.fields.map((name) => [name, fields[name]]));
}

function unknown({ method, path: template }: Route, { name, in: place, table }: Parameter & { table: string }): Error {
  return new Error(
    `${method} ${template} takes "${name}" in its ${place}, and nobody has said what to fill in. ` +
      `Add it to "${table}" in test/access/filling.ts.`,
  );
}
