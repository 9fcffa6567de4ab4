import { UnsupportedMediaTypeException } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';

/** Refuses bodies that no route reads, instead of treating them as absent. */
export function contentType(request: Request, _response: Response, next: NextFunction): void {
  const isEmpty = request.headers['content-length'] === '0';
  // `is` answers null without a body, false for another type
  if (isEmpty || request.is(['application/json', 'multipart/form-data']) !== false) return next();
  next(new UnsupportedMediaTypeException('Send JSON (application/json), or a file as multipart/form-data.'));
}
