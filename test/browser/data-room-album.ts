// Pictures of the data room's own page.
import type { Browser, View } from '../support/browser.js';
import { DataRoomUnderTest } from '../support/data-room.js';
import { playScene, sessionOf } from './scene.js';

export async function takeDataRoomPictures(browser: Browser, folder: string): Promise<void> {
  const dataRoom = await DataRoomUnderTest.start('the embedded database');
  try {
    const { room, folder: open, owner } = await playScene(dataRoom.address);
    const session = sessionOf(owner, 'Ann Baker');
    const take = async (name: string, hash: string, view: View = { session }) => {
      const tab = await browser.open(`${dataRoom.address}/${hash}`, view);
      await tab.page.waitForLoadState('networkidle');
      await tab.page.reload();
      await tab.page.waitForLoadState('networkidle');
      // The second time around, as whoever works with it sees it: from the cache.
      for (let round = 0; round < 3; round++) {
        for (const again of await tab.page.getByRole('button', { name: 'Load again' }).all()) await again.click();
        await tab.page.waitForLoadState('networkidle');
      }
      await tab.page.mouse.move(0, 0);
      await tab.screenshot(`${folder}/${name}.png`);
      await tab.close();
    };
    const place = `#/rooms/${room.id}/folders/${open.id}`;

    await take('sign-in', '', {});
    await take('rooms', '', { session });
    await take('folder', place);
    await take('folder-dark', place, { session, scheme: 'dark' });
    await take('folder-phone', place, { session, size: 'phone' });
    await take('members', `#/rooms/${room.id}/members`);
  } finally {
    await dataRoom.stop();
  }
}
