// How much memory it takes to find that a gigabyte is no entry. Peaks are the process's, so it is one of its own.
import { createBrotliCompress, constants } from 'node:zlib';
import { codecOf } from './codecs.js';
import { forged } from './forger.js';

const BLOCK = Buffer.alloc(1024 * 1024);
const BLOCKS = 1024;

const stream = createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });
const parts: Buffer[] = [];
stream.on('data', (part: Buffer) => parts.push(part));
for (let left = BLOCKS; left > 0; left--)
  if (!stream.write(BLOCK)) await new Promise((drained) => stream.once('drain', drained));
await new Promise((ended) => stream.end().once('end', ended));
const packed = Buffer.concat(parts);

const peakMb = (): number => process.resourceUsage().maxRSS / 1024;
const before = peakMb();
const found = [100, 1024 * 1024, BLOCKS * BLOCK.length].map((claimed) =>
  codecOf().codec.read('k', forged({ key: 'k', payload: Buffer.alloc(0), compressed: true, claimed, packed })),
);
process.stdout.write(
  JSON.stringify({ found: found.filter((copy) => copy !== undefined).length, mb: peakMb() - before }),
);
