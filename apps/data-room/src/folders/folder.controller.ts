import { Body, Controller, Delete, Get, HttpCode, NotFoundException, Param, Patch, Post, Query } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiBearerAuth,
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiForbiddenResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
} from '@nestjs/swagger';
import { CurrentDataRoom } from '../access/current-data-room.decorator.js';
import { Needs } from '../access/needs.decorator.js';
import { idSchema } from '../http/id.schema.js';
import type { Page } from '../http/page.js';
import type { Folder } from './folder.entity.js';
import { FolderListing, type ContentsItem } from './folder-listing.js';
import {
  contentsQuery,
  contentsSchema,
  folderBody,
  folderChange,
  folderPageSchema,
  folderSchema,
  foldersQuery,
  pathSchema,
  type ContentsQuery,
  type FolderBody,
  type FolderChange,
  type FoldersQuery,
} from './folder.schema.js';
import { FolderService } from './folder.service.js';
import type { Step } from './folder-tree.js';

@Controller()
@ApiBearerAuth()
@ApiNotFoundResponse({ description: 'There is no such folder or data room, or the caller is no member.' })
export class FolderController {
  constructor(
    private readonly tree: FolderService,
    private readonly listing: FolderListing,
  ) {}

  @Post('data-rooms/:id/folders')
  @Needs({ role: 'editor', of: 'data room' })
  @ApiCreatedResponse({ standardSchema: folderSchema })
  @ApiBadRequestResponse({ description: 'The name is none, or the parent is no folder of this data room.' })
  @ApiForbiddenResponse({ description: 'The caller is a viewer.' })
  @ApiConflictResponse({ description: 'There is a folder with this name here already.' })
  create(
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: folderBody }) body: FolderBody,
  ): Promise<Folder> {
    return this.tree.create(id, body);
  }

  @Get('data-rooms/:id/folders')
  @Needs({ role: 'viewer', of: 'data room' })
  @ApiOkResponse({ standardSchema: folderPageSchema, description: 'Those right below the parent, by name.' })
  async list(
    @Param('id', { schema: idSchema }) id: string,
    @Query({ schema: foldersQuery }) query: FoldersQuery,
  ): Promise<Page<Folder>> {
    if (query.parentId && !(await this.tree.find(id, query.parentId))) {
      throw new NotFoundException('parentId: there is no such folder in this data room.');
    }
    return this.listing.folders(id, query);
  }

  @Get('folders/:id')
  @Needs({ role: 'viewer', of: 'folder' })
  @ApiOkResponse({ standardSchema: folderSchema })
  async find(@CurrentDataRoom() dataRoomId: string, @Param('id', { schema: idSchema }) id: string): Promise<Folder> {
    const folder = await this.tree.find(dataRoomId, id);
    if (!folder) throw new NotFoundException('There is no such folder.');
    return folder;
  }

  @Patch('folders/:id')
  @Needs({ role: 'editor', of: 'folder' })
  @ApiOkResponse({ standardSchema: folderSchema, description: 'Renamed, moved, or both.' })
  @ApiBadRequestResponse({ description: 'The name is none, or the parent is no folder of this data room.' })
  @ApiForbiddenResponse({ description: 'The caller is a viewer.' })
  @ApiConflictResponse({ description: 'The name is taken there, or the parent lies in the subtree of this folder.' })
  change(
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: folderChange }) body: FolderChange,
  ): Promise<Folder> {
    return this.tree.change(id, body);
  }

  @Delete('folders/:id')
  @HttpCode(204)
  @Needs({ role: 'editor', of: 'folder' })
  @ApiNoContentResponse({ description: 'Gone, with everything below it.' })
  @ApiForbiddenResponse({ description: 'The caller is a viewer.' })
  remove(@Param('id', { schema: idSchema }) id: string): Promise<void> {
    return this.tree.remove(id);
  }

  @Get('folders/:id/contents')
  @Needs({ role: 'viewer', of: 'folder' })
  @ApiOkResponse({ standardSchema: contentsSchema, description: 'Folders first, then files, each by name.' })
  contents(
    @CurrentDataRoom() dataRoomId: string,
    @Param('id', { schema: idSchema }) id: string,
    @Query({ schema: contentsQuery }) query: ContentsQuery,
  ): Promise<Page<ContentsItem>> {
    return this.listing.contents(dataRoomId, id, query);
  }

  @Get('folders/:id/path')
  @Needs({ role: 'viewer', of: 'folder' })
  @ApiOkResponse({ standardSchema: pathSchema, description: 'From the root level down to the folder itself.' })
  async path(
    @CurrentDataRoom() dataRoomId: string,
    @Param('id', { schema: idSchema }) id: string,
  ): Promise<Page<Step>> {
    return { items: await this.listing.path(dataRoomId, id), nextCursor: null };
  }
}
