import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';

export const apiDescriptionPath = 'docs';

export function describeApi(app: INestApplication): void {
  const description = new DocumentBuilder()
    .setTitle('Data room')
    .setDescription(
      'Files in folders in data rooms, for their members. Register or log in, then press Authorize and paste the token. ' +
        'Every response says in X-Cache whether the database was asked: hit (a GET without a query), miss, or bypass.',
    )
    .addBearerAuth()
    .addGlobalResponse({ status: 401, description: 'No valid token was sent where one is needed.' })
    .addGlobalResponse({ status: 429, description: 'This client has sent too many requests in a minute.' })
    .build();
  SwaggerModule.setup(apiDescriptionPath, app, () => SwaggerModule.createDocument(app, description));
}
