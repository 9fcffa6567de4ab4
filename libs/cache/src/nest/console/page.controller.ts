import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Controller, Get, Header, NotFoundException, Req, applyDecorators, type Type } from '@nestjs/common';
import type { ConsoleSettings } from './console.options.js';
import { Undescribed } from './undescribed.decorator.js';
import { ownFolder } from './own-folder.js';

interface HttpRequest {
  readonly url: string;
  /** Where Express keeps it whole. */
  readonly originalUrl?: string;
}

/** The three files of the dashboard. They hold no data; what they show they ask the other routes for. */
export function pageController({ path, publicBy, tokenKey }: ConsoleSettings): Type {
  // A class of its own for each console: decorators leave their marks on it.
  @Controller(path)
  @Undescribed()
  @applyDecorators(...publicBy)
  class CachePageController {
    @Get()
    @Header('Content-Type', 'text/html; charset=utf-8')
    @Header('Cache-Control', 'no-cache')
    @applyDecorators(...publicBy)
    async page(@Req() request: HttpRequest): Promise<string> {
      const html = await partOfPage('index.html');
      return html
        .replace('name="token-key" content="data-room-token"', `name="token-key" content="${tokenKey}"`)
        .replaceAll('"cache/', `"${folderFrom(request.originalUrl ?? request.url)}`);
    }

    @Get('dashboard.js')
    @Header('Content-Type', 'text/javascript; charset=utf-8')
    @Header('Cache-Control', 'no-cache')
    @applyDecorators(...publicBy)
    script(): Promise<string> {
      return partOfPage('dashboard.js');
    }

    @Get('dashboard.css')
    @Header('Content-Type', 'text/css; charset=utf-8')
    @Header('Cache-Control', 'no-cache')
    @applyDecorators(...publicBy)
    style(): Promise<string> {
      return partOfPage('dashboard.css');
    }
  }
  return CachePageController;
}

/** Relative, so that it holds under any prefix: the browser looks for `cache/dashboard.js` beside `/admin/cache`. */
function folderFrom(url: string): string {
  const [path = ''] = url.split('?');
  const last = path.slice(path.lastIndexOf('/') + 1);
  return last === '' ? './' : `${encodeURI(decodeURI(last))}/`;
}

async function partOfPage(name: string): Promise<string> {
  return readFile(join(ownFolder(), 'page', name), 'utf8').catch((cause: unknown) => {
    const sentence = `The dashboard's ${name} is not beside the library: copy its folder nest/console/page along.`;
    throw new NotFoundException(sentence, { cause });
  });
}
