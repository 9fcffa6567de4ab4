import { SetMetadata } from '@nestjs/common';

/** No part of the application's own API: what `@ApiExcludeController()` of @nestjs/swagger says, which need not be installed. */
export const Undescribed = (): ClassDecorator => SetMetadata('swagger/apiExcludeController', [true]);
