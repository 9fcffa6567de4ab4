// Everybody asks for everything, on three data rooms at once, after each change of who may enter and of what is there.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { changes } from './changes.js';
import { Play } from './play.js';
import { routesOf, type OpenApi, type Route } from './route.js';
import { Site } from './site.js';
import type { Finding, Survey } from './survey.js';
import { either } from './world.js';

const sentences = (findings: readonly Finding[]) => findings.map(({ sentence }) => sentence).slice(0, 10);

describe('on three instances at once', () => {
  let site: Site;
  let play: Play;
  let routes: Route[];
  let survey: Survey;

  beforeAll(async () => {
    const t = performance.now();
    site = await Site.open();
    console.log('open', performance.now() - t);
    const document = await fetch(`${site.instances[0]}/docs-json`);
    routes = routesOf((await document.json()) as OpenApi);
    play = await Play.on(site);
    survey = play.survey();
    console.log('furnished', performance.now() - t);
    await survey.explore(routes, play.known());
    console.log('explored', performance.now() - t, survey.requests.length);
  });
  afterAll(async () => {
    play?.close();
    await site?.close();
  });

  it('what those have read who may, nobody else is told', async () => {
    await survey.warm();

    const { findings, seen, hits, answers } = await survey.look(play.world.audiences());
    console.log(hits, answers, seen.size);
    expect(sentences(findings)).toEqual([]);
    expect(sentences((await survey.lookAtTheShut(play.world.audiences())).findings)).toEqual([]);
  });

  it.each(changes.map((change, turn) => ({ ...change, turn })))(
    'when $says',
    async ({ concerns, prepare, make, turn }) => {
      prepare?.(play);
      const before = play.world.audiences();
      const reads = survey.stir([concerns, 'owner', 'foreignOwner']);
      await reads.begun;

      await make(play, turn);
      const after = play.world.audiences();
      const look = await survey.look(after, concerns);

      expect(sentences(look.findings)).toEqual([]);
      expect(sentences(await reads.judge(either(before, after)))).toEqual([]);
      console.log(look.answers, look.hits);
    },
  );
});
