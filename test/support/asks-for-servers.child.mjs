// A process that a test kills: it asks for servers, says which it got, and waits to be ended.
import { startServers } from './servers.mjs';

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

const { redis, postgres } = await startServers(undefined, { onKeeper: (keeperPid) => say({ keeperPid }) });
say({ redis, postgres });
setInterval(() => {}, 1_000);
