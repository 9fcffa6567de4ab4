import {
  BadRequestException,
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  NotFoundException,
  Param,
  Patch,
  Post,
  Res,
  StreamableFile,
  UploadedFile,
  UseInterceptors,
} from '@nestjs/common';
import { FileInterceptor } from '@nestjs/platform-express';
import {
  ApiBadRequestResponse,
  ApiBearerAuth,
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiForbiddenResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiPayloadTooLargeResponse,
} from '@nestjs/swagger';
import type { Response } from 'express';
import { CurrentDataRoom } from '../access/current-data-room.decorator.js';
import { Needs } from '../access/needs.decorator.js';
import { idSchema } from '../http/id.schema.js';
import { AbortedUploadInterceptor } from './aborted-upload.interceptor.js';
import { contentDisposition } from './content-disposition.js';
import type { File } from './file.entity.js';
import { fileChange, fileSchema, type FileChange } from './file.schema.js';
import { FileService } from './file.service.js';
import { FileStorage } from './file-storage.js';
import { viewOf, type FileView } from './file.view.js';
import { uploadLimit, type Upload } from './upload.js';

@Controller()
@ApiBearerAuth()
@ApiNotFoundResponse({ description: 'There is no such file or folder, or the caller is no member.' })
export class FileController {
  constructor(
    private readonly files: FileService,
    private readonly storage: FileStorage,
  ) {}

  @Post('folders/:id/files')
  @Needs({ role: 'editor', of: 'folder' })
  @UseInterceptors(AbortedUploadInterceptor, FileInterceptor('file'))
  @ApiConsumes('multipart/form-data')
  @ApiBody({
    schema: { type: 'object', required: ['file'], properties: { file: { type: 'string', format: 'binary' } } },
  })
  @ApiCreatedResponse({ standardSchema: fileSchema })
  @ApiBadRequestResponse({ description: 'There is not exactly one file, or its name is none.' })
  @ApiForbiddenResponse({ description: 'The caller is a viewer.' })
  @ApiPayloadTooLargeResponse({ description: `The file has more than ${uploadLimit} bytes.` })
  async upload(
    @Param('id', { schema: idSchema }) folderId: string,
    @UploadedFile() upload: Upload | undefined,
  ): Promise<FileView> {
    if (!upload) throw new BadRequestException('Send one file as multipart/form-data, in the field "file".');
    return viewOf(await this.files.add(folderId, upload));
  }

  @Get('files/:id')
  @Needs({ role: 'viewer', of: 'file' })
  @ApiOkResponse({ standardSchema: fileSchema })
  async find(@CurrentDataRoom() dataRoomId: string, @Param('id', { schema: idSchema }) id: string): Promise<FileView> {
    return viewOf(await this.#found(dataRoomId, id));
  }

  @Get('files/:id/content')
  @Needs({ role: 'viewer', of: 'file' })
  @ApiOkResponse({
    description: 'The content as it was uploaded.',
    content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
  })
  async content(
    @CurrentDataRoom() dataRoomId: string,
    @Param('id', { schema: idSchema }) id: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StreamableFile> {
    const file = await this.#found(dataRoomId, id);
    const content = await this.storage.read(file.storageKey);
    if (!content) throw new NotFoundException('There is no such file.');

    response.setHeader('ETag', `"${file.sha256}"`);
    return new StreamableFile(content, {
      type: file.mimeType,
      length: file.size,
      disposition: contentDisposition(file.name),
    });
  }

  @Patch('files/:id')
  @Needs({ role: 'editor', of: 'file' })
  @ApiOkResponse({ standardSchema: fileSchema, description: 'Renamed, moved, or both.' })
  @ApiBadRequestResponse({ description: 'The name is none, or the folder is none of this data room.' })
  @ApiForbiddenResponse({ description: 'The caller is a viewer.' })
  async change(
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: fileChange }) body: FileChange,
  ): Promise<FileView> {
    return viewOf(await this.files.change(id, body));
  }

  @Delete('files/:id')
  @HttpCode(204)
  @Needs({ role: 'editor', of: 'file' })
  @ApiNoContentResponse({ description: 'Gone, with its content.' })
  @ApiForbiddenResponse({ description: 'The caller is a viewer.' })
  remove(@Param('id', { schema: idSchema }) id: string): Promise<void> {
    return this.files.remove(id);
  }

  async #found(dataRoomId: string, id: string): Promise<File> {
    const file = await this.files.find(dataRoomId, id);
    if (!file) throw new NotFoundException('There is no such file.');
    return file;
  }
}
