import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Controller, Get, NotFoundException, Param, Res } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse } from '@nestjs/swagger';
import type { Response } from 'express';
import { Public } from '../auth/public.decorator.js';
import { Unthrottled } from '../http/throttle.guard.js';

/** Sources and build alike have it beside this file. */
const folder = join(import.meta.dirname, 'browser');
const part = /^[a-z-]+\.(?:js|css|svg)$/;

/** The page for people, who would not talk to the API by hand. What it shows, it asks the API for. */
@Controller()
@Public()
@Unthrottled()
export class PageController {
  @Get()
  @ApiOkResponse({ description: 'The page for people.', content: { 'text/html': { schema: { type: 'string' } } } })
  page(@Res({ passthrough: true }) response: Response): Promise<string> {
    return this.#send(response, 'index.html');
  }

  @Get('page/:name')
  @ApiOkResponse({
    description: 'A script, style or picture of it.',
    content: { 'text/*': { schema: { type: 'string' } } },
  })
  @ApiNotFoundResponse({ description: 'The page has no such part.' })
  part(@Res({ passthrough: true }) response: Response, @Param('name') name: string): Promise<string> {
    if (!part.test(name)) throw new NotFoundException('There is no such part of the page.');
    return this.#send(response, name);
  }

  async #send(response: Response, name: string): Promise<string> {
    const text = await readFile(join(folder, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      throw new NotFoundException('There is no such part of the page.');
    });
    // Asked for each time, and answered with 304 as long as it is the same: a new version is seen by the next click.
    response.type(name).setHeader('Cache-Control', 'no-cache');
    return text;
  }
}
