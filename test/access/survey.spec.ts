// The survey itself: what is planted is found, and a route that it does not know how to ask for is not passed over.
import { describe, expect, it } from '@jest/globals';
import type { Answer } from './caller.js';
import type { Known, Request } from './filling.js';
import { routesOf, type OpenApi } from './route.js';
import { Survey } from './survey.js';

const id = '3f1c';
const known: Known = { ids: [id, 'ffff'], folders: [], userIds: [] };
const secret = 'what only ann may know';
const audiences = new Map([[secret, new Set(['ann'])]]);

const parameter = (name: string, place: string) => ({ name, in: place });
const document = (operation: object = {}): OpenApi => ({
  paths: { '/files/{id}': { get: { parameters: [parameter('id', 'path')] }, delete: {}, patch: operation } },
});

const json = (status: number, body: object, headers = {}): Answer => ({ status, headers, text: JSON.stringify(body) });

function right(who: string, { route, path }: Request): Answer {
  if (who !== 'ann' || !path.includes(id)) return json(404, {});
  return route.method === 'GET' ? json(200, { name: secret }) : json(500, {});
}

type Wrong = (who: string, request: Request, answer: Answer) => Answer;

/** Two instances, of which the second is as given; a write by who may would be an error of the test. */
function surveyOf(wrong: Wrong): Survey {
  const ask = async (place: string, who: string, request: Request): Promise<Answer> => {
    const answer = right(who, request);
    if (place !== 'oracle' && answer.status === 500) throw new Error('This would have been written.');
    return place === 'second' ? wrong(who, request, answer) : answer;
  };
  const people = ['ann', 'bob'];
  return new Survey({
    ask,
    askMeanwhile: ask,
    oracle: 'oracle',
    instances: ['first', 'second'],
    people,
    scouts: people,
  });
}

async function findingsAbout(wrong: Wrong): Promise<string[]> {
  const survey = surveyOf(wrong);
  await survey.explore(routesOf(document()), known);
  await survey.warm();
  const { findings } = await survey.look(audiences, 'bob');
  return [...new Set(findings.map(({ kind, who }) => `${kind}, ${who}`))].toSorted();
}

/** A cache whose keys do not say who asks. */
function keptByUrl(): Wrong {
  const kept = new Map<string, Answer>();
  return (_who, { route, path }, answer) => {
    const key = `${route.method} ${path}`;
    if (!kept.has(key)) kept.set(key, answer);
    return kept.get(key)!;
  };
}

describe('a survey', () => {
  it('has nothing against instances that answer as without a cache', async () => {
    expect(await findingsAbout((_who, _request, answer) => answer)).toEqual([]);
  });

  it('finds an answer that was given to another', async () => {
    expect(await findingsAbout(keptByUrl())).toEqual(['difference, bob', 'leak, bob']);
  });

  it('finds a refusal that was given to another', async () => {
    expect(await findingsAbout(() => json(404, {}))).toEqual(['difference, ann']);
  });

  it('finds what is told in a header, or in a cursor', async () => {
    const header: Wrong = (who, _request, answer) =>
      who === 'bob' ? { ...answer, headers: { etag: secret } } : answer;
    const cursor = Buffer.from(JSON.stringify({ name: secret })).toString('base64url');
    const page: Wrong = (who, _request, answer) => (who === 'bob' ? { ...answer, text: cursor } : answer);

    expect(await findingsAbout(header)).toEqual(['difference, bob', 'leak, bob']);
    expect(await findingsAbout(page)).toEqual(['difference, bob', 'leak, bob']);
  });

  it('finds a write that one gets through with who may not', async () => {
    const obliging: Wrong = (_who, { route }, answer) => (route.method === 'DELETE' ? json(204, {}) : answer);

    expect(await findingsAbout(obliging)).toEqual(['difference, bob']);
  });

  it('finds what is read while something changes', async () => {
    const survey = surveyOf(keptByUrl());
    await survey.explore(routesOf(document()), known);
    await survey.warm();

    const kinds = (await survey.stir(['ann', 'bob']).judge(audiences)).map(({ kind, who }) => `${kind}, ${who}`);

    expect(kinds).toEqual(['leak, bob']);
  });

  it.each([
    ['query', { parameters: [parameter('filter', 'query')] }, 'PATCH /files/{id} takes "filter" in its query'],
    ['header', { parameters: [parameter('x-as', 'header')] }, 'PATCH /files/{id} takes "x-as" in its header'],
    [
      'body',
      { requestBody: { content: { 'application/json': { schema: { properties: { tint: {} } } } } } },
      'PATCH /files/{id} takes "tint" in its body',
    ],
  ])('says what to add for a new parameter in the %s', async (_where, operation, sentence) => {
    const explored = surveyOf((_who, _request, answer) => answer).explore(routesOf(document(operation)), known);

    await expect(explored).rejects.toThrow(`${sentence}, and nobody has said what to fill in. Add it to `);
  });

  it('says what to add for a new name in a path', async () => {
    const { paths } = document();
    const routes = routesOf({ paths: { '/labels/{labelId}': paths['/files/{id}']! } });

    await expect(surveyOf((_who, _request, answer) => answer).explore(routes, known)).rejects.toThrow('"labelId"');
  });
});
