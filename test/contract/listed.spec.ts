import type { News } from '../../libs/cache/src/coherence/coordinator.js';
import { Listed } from '../model/listed.js';
import { audience, coordinatorContract } from './coordinator.contract.js';

coordinatorContract('in memory', async () => {
  const heard = new Map<string, News[]>(audience.map((member) => [member, []]));
  let epochs = 0;
  let snapshot: unknown;
  const coordinator = new Listed(
    (news, to) => {
      for (const [member, all] of heard) if (to === undefined || to === member) all.push(news);
    },
    () => `epoch ${++epochs}`,
  );
  return {
    coordinator,
    heard: async (member) => heard.get(member) ?? [],
    save: async () => void (snapshot = coordinator.snapshot()),
    restart: async (how) => coordinator.restart(how === 'empty' ? undefined : snapshot),
    flush: async () => coordinator.flush(),
    close: async () => {},
  };
});
