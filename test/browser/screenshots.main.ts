/** `npm run screenshots`: the pictures of the pages, taken anew in Chromium. `--into <folder>` puts them elsewhere. */
import { mkdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { Browser } from '../support/browser.js';
import { takeDashboardPictures } from './dashboard-album.js';
import { takeDataRoomPictures } from './data-room-album.js';

const { values } = parseArgs({ options: { into: { type: 'string', default: 'apps/data-room/screenshots' } } });
await mkdir(values.into, { recursive: true });

const browser = await Browser.start();
try {
  await takeDataRoomPictures(browser, values.into);
  await takeDashboardPictures(browser, values.into);
} finally {
  await browser.close();
}
