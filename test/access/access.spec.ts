// Everybody asks for everything, on three data rooms at once, after each change of who may enter and of what is there.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sourcesOf } from '../house/source-tree.js';
import { changes } from './changes.js';
import { Play } from './play.js';
import { routesOf, type OpenApi, type Route } from './route.js';
import { Site } from './site.js';
import type { Finding, Look, Survey } from './survey.js';
import { either } from './world.js';

const sentences = (findings: readonly Finding[]) => findings.map(({ sentence }) => sentence).slice(0, 10);

describe('on three instances at once', () => {
  let site: Site;
  let play: Play;
  let routes: readonly Route[];
  let survey: Survey;

  beforeAll(async () => {
    site = await Site.open();
    const document = await fetch(`${site.oracle}/docs-json`);
    routes = routesOf((await document.json()) as OpenApi);
    play = await Play.on(site);
    survey = play.survey();
    await survey.explore(routes, play.known());
  });
  afterAll(async () => {
    play?.close();
    await site?.close();
  });

  /** Whatever is refused has changed nothing. */
  async function looked(concerned?: string): Promise<Look> {
    const before = await site.fingerprint();
    const look = await survey.look(play.world.audiences(), concerned);
    expect(await site.fingerprint()).toBe(before);
    return look;
  }

  it('what those have read who may, nobody else is told', async () => {
    await survey.warm();

    const { findings, seen, hits } = await looked();

    expect(sentences(findings)).toEqual([]);
    expect(sentences((await survey.lookAtTheShut(play.world.audiences())).findings)).toEqual([]);
    // It would all be true of data rooms that tell nobody anything, or have no cache.
    const { own, foreign } = play;
    for (const instance of site.instances) {
      const rightly = [own, foreign].flatMap(({ room }) =>
        [...room.members.keys()].flatMap((who) => [...room.texts].map((text) => `${instance}, ${who}, ${text}`)),
      );
      expect(rightly.filter((one) => !seen.has(one))).toEqual([]);
    }
    expect(hits).toBeGreaterThan(survey.requests.length * site.instances.length);
  });

  it('no route is left out', () => {
    const asked = new Set(survey.requests.map(({ route }) => route));
    const left = routes.filter((route) => !asked.has(route)).map(({ method, path }) => `${method} ${path}`);

    // For everybody, and they tell nothing of a room.
    expect(left).toEqual(['POST /auth/register', 'POST /auth/login']);
    const hidden = sourcesOf('apps').filter(({ text }) => /ApiExclude|excludeRoutes|include:/.test(text));
    expect(hidden.map(({ path }) => path)).toEqual([]);
  });

  it.each(changes.map((change, turn) => ({ ...change, turn })))(
    'all of it is as without a cache when $says',
    async ({ concerns, prepare, make, turn }) => {
      prepare?.(play);
      const before = play.world.audiences();
      const reads = survey.stir([concerns, 'owner', 'foreignOwner']);
      await reads.begun;

      await make(play, turn);
      const look = await survey.look(play.world.audiences(), concerns);

      expect(sentences(look.findings)).toEqual([]);
      expect(sentences(await reads.judge(either(before, play.world.audiences())))).toEqual([]);
    },
  );

  it('one that hears of nothing is caught', async () => {
    // Without a Redis: with a list of its own it could miss a lease on a busy machine, and be right for once.
    const deaf = await site.another({ REDIS_URL: '' });
    const ofTheDeaf = play.survey([deaf], ['foreignOwner', 'foreignViewer']);
    await ofTheDeaf.explore(routes, play.known());
    await ofTheDeaf.warm();
    expect(sentences((await ofTheDeaf.look(play.world.audiences())).findings)).toEqual([]);

    await play.at(0, 'foreignOwner').delete(play.membership('foreignViewer', play.foreign));
    play.foreign.room.members.delete('foreignViewer');
    const { findings } = await ofTheDeaf.look(play.world.audiences());

    const concerned = findings.filter(({ who }) => who === 'foreignViewer').map(({ kind }) => kind);
    expect(new Set(concerned)).toEqual(new Set(['leak', 'difference']));
    expect(sentences((await looked('foreignViewer')).findings)).toEqual([]);
  });
});
