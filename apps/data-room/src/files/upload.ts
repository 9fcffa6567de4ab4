import { callbackify } from 'node:util';
import { BadRequestException } from '@nestjs/common';
import type { MulterModuleOptions } from '@nestjs/platform-express';
import type { StorageEngine } from 'multer';
import { nameSchema } from '../http/name.schema.js';
import type { FileStorage, StoredContent } from './file-storage.js';

/** What multer makes of the part `file`: its own fields and those of the storage. */
export interface Upload extends StoredContent {
  readonly originalname: string;
  readonly mimetype: string;
}

export const uploadLimit = 64 * 1024 * 1024;

/** Streams the part `file` into the storage. Multer calls `_removeFile` for all that a failed request has stored. */
export function uploadOptions(storage: FileStorage): MulterModuleOptions {
  return {
    limits: { fileSize: uploadLimit, files: 1, fields: 0, parts: 1 },
    defParamCharset: 'utf8',
    fileFilter(_request, file, decide) {
      const { error } = nameSchema.safeParse(file.originalname);
      if (!error) return decide(null, true);
      decide(new BadRequestException(`The file name ${error.issues[0]?.message}.`), false);
    },
    storage: engineOf(storage),
  };
}

const engineOf = (storage: FileStorage): StorageEngine => ({
  _handleFile(_request, file, done) {
    callbackify(async () => ({ ...(await storage.store(file.stream)) }))(done);
  },
  _removeFile(_request, file: Partial<Upload>, done) {
    callbackify(() => storage.discard(file.storageKey ? [file.storageKey] : []))((error) => done(error));
  },
});
