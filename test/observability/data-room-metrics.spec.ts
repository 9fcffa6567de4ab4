// `/metrics` of the data room, as a Prometheus meets it: with the token, without, and where there is none.
import { afterEach, describe, expect, it } from '@jest/globals';
import { DataRoomUnderTest } from '../support/data-room.js';
import { complaintsOfPromtool } from '../support/promtool.js';

const metricsToken = 'a token of the test'.replaceAll(' ', '-');
const rooms: DataRoomUnderTest[] = [];

async function started(changes: { metricsToken?: string; throttleLimit?: number }) {
  const room = await DataRoomUnderTest.start('the embedded database', changes);
  rooms.push(room);
  const scrape = (authorization?: string) =>
    fetch(`${room.address}/metrics`, { headers: authorization === undefined ? {} : { authorization } });
  return { room, scrape };
}

afterEach(async () => {
  for (const room of rooms.splice(0)) await room.stop();
});

describe('/metrics of the data room', () => {
  it('tells whoever sends the token of every method, and promtool accepts it', async () => {
    const { room, scrape } = await started({ metricsToken });
    const ann = await room.register('Ann');
    const { id } = await ann.room('Secret deal');
    for (let read = 0; read < 3; read++) await ann.get(`/data-rooms/${id}`);

    const answer = await scrape(`Bearer ${metricsToken}`);

    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await answer.text();
    expect(await complaintsOfPromtool(text)).toBe('');
    expect(text).toMatch(/^data_room_cache_hits_total\{method="DataRoomService\.\w+",tier="memory"\} [1-9]/m);
    expect(text).toMatch(
      /^data_room_cache_load_duration_seconds_bucket\{method="DataRoomService\.\w+",le="\+Inf"\} [1-9]/m,
    );
    expect(text).not.toMatch(new RegExp(`Secret|Ann|${id}`));
  });

  it.each([undefined, 'Bearer wrong-token-wrong-token', `Basic ${metricsToken}`, `Bearer ${metricsToken}x`])(
    'is nothing for whoever sends %s',
    async (authorization) => {
      const { scrape } = await started({ metricsToken });

      const answer = await scrape(authorization);

      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      expect(await answer.text()).not.toContain('data_room_cache');
    },
  );

  it('is not for users, and its token is none of theirs', async () => {
    const { room, scrape } = await started({ metricsToken });
    const ann = await room.register('Ann');

    expect((await ann.get('/metrics')).status).toBe(401);
    const asUser = await fetch(`${room.address}/data-rooms`, { headers: { authorization: `Bearer ${metricsToken}` } });
    expect(asUser.status).toBe(401);
    expect((await scrape(`bearer ${metricsToken}`)).status).toBe(200);
  });

  it('does not exist without a token to send', async () => {
    const { scrape } = await started({});

    expect((await scrape(`Bearer ${metricsToken}`)).status).toBe(404);
  });

  it('may be asked as often as one likes', async () => {
    const { scrape } = await started({ metricsToken, throttleLimit: 1 });

    for (let time = 0; time < 3; time++) expect((await scrape(`Bearer ${metricsToken}`)).status).toBe(200);
  });
});
