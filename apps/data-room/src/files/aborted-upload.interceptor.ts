import {
  BadRequestException,
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { Request } from 'express';
import { catchError, throwError, type Observable } from 'rxjs';

/** Before the interceptor that receives the file: a client that goes away in the middle of it is no error of ours. */
@Injectable()
export class AbortedUploadInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<Request>();
    return next.handle().pipe(
      catchError((error: unknown) => {
        const isAborted = request.destroyed && !request.complete;
        return throwError(() => (isAborted ? new BadRequestException('The upload broke off.') : error));
      }),
    );
  }
}
