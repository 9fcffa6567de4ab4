import './environment-file.js';
import { Logger } from '@nestjs/common';
import { createApplication } from './application.js';
import { sentenceFor } from './boot-error.js';
import { BootLogger } from './boot-logger.js';
import { readEnvironment, type Environment } from './environment.js';
import { apiDescriptionPath } from './http/api-description.js';

let environment: Environment | undefined;
try {
  environment = readEnvironment(process.env);
  const app = await createApplication(environment, new BootLogger());
  await app.listen(environment.port, environment.host);

  const address = await app.getUrl();
  new Logger('DataRoom').log(
    `Answering on ${address}. The API is described on ${address}/${apiDescriptionPath}. The cache is seen on ${address}/cache.`,
  );
} catch (error) {
  console.error(sentenceFor(error, environment) ?? error);
  process.exit(1);
}
