import { Catch, HttpException, type ArgumentsHost } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';

const sentences: Record<string, string> = {
  'entity.too.large': 'The body is too large.',
  'entity.parse.failed': 'The body is not valid JSON.',
  'encoding.unsupported': 'This Content-Encoding is not supported.',
  'charset.unsupported': 'The body must be in UTF-8.',
  'request.aborted': 'The request was aborted.',
};

interface RequestFault {
  readonly status: number;
  readonly type?: string;
  readonly message: string;
}

/** Express and its body parsers throw errors of their own kind for bad requests; they get the shape of all the others. */
@Catch()
export class ErrorFilter extends BaseExceptionFilter {
  override catch(exception: unknown, host: ArgumentsHost): void {
    if (exception instanceof HttpException || !isRequestFault(exception)) return super.catch(exception, host);

    const { status, type = '', message } = exception;
    super.catch(new HttpException({ statusCode: status, message: sentences[type] ?? message }, status), host);
  }
}

function isRequestFault(exception: unknown): exception is RequestFault {
  if (typeof exception !== 'object' || exception === null) return false;
  const status: unknown = Reflect.get(exception, 'status');
  return typeof status === 'number' && status >= 400 && status < 500;
}
