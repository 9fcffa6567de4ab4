// By which name a script is called that a server was asked to run.
import { createHash } from 'node:crypto';
import { fence } from '../../libs/cache/src/redis/scripts/fence.js';
import { prelude } from '../../libs/cache/src/redis/scripts/prelude.js';
import { renew } from '../../libs/cache/src/redis/scripts/renew.js';
import { settle } from '../../libs/cache/src/redis/scripts/settle.js';
import type { Asked } from '../support/monitor.js';

const names = new Map(
  Object.entries({ fence, renew, settle }).map(([name, lua]) => [
    createHash('sha1')
      .update(prelude + lua)
      .digest('hex'),
    name,
  ]),
);

export function scriptOf({ args }: Asked): string {
  return names.get(args[0] ?? '') ?? 'something else';
}
