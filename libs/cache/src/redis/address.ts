export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

/** Where a Redis is and who asks there. It holds secrets; `place` is what may be said of it. */
export interface RedisAddress {
  readonly kind: 'server' | 'sentinel' | 'cluster';
  /** The server, the Sentinels, or some nodes of the cluster. */
  readonly nodes: readonly RedisNode[];
  readonly tls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly db: number;
  /** What the Sentinels call their master. */
  readonly master: string | undefined;
  readonly sentinelUsername: string | undefined;
  readonly sentinelPassword: string | undefined;
  /** 4 or 6, or 0 for both. */
  readonly family: number;
  readonly place: string;
}

/** `redis[s][+sentinel|+cluster]://user:password@nodes/path?parameters` */
const form = /^(rediss?)(?:\+(sentinel|cluster))?:\/\/(?:([^/?#]*)@)?([^/?#@]+)(?:\/([^?#]*))?(?:\?([^#]*))?$/;
const node = /^(\[[\da-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?$/i;
const paths = { server: /^(?<db>\d*)$/, sentinel: /^(?<master>[\w.-]+)(?:\/(?<db>\d*))?$/, cluster: /^0?$/ };
const parameters = ['family', 'sentinel_username', 'sentinel_password'];

/** Undefined where it is not quite clear what is meant: a parameter that were ignored might be the one that counts. */
export function addressOf(text: string): RedisAddress | undefined {
  const [match, scheme, suffix, login, list = '', path = '', query] = form.exec(text) ?? [];
  if (match === undefined) return undefined;
  const kind = (suffix ?? 'server') as RedisAddress['kind'];
  const nodes = nodesOf(list, kind === 'sentinel' ? 26_379 : 6_379);
  const inside = paths[kind].exec(path);
  const given = new URLSearchParams(query);
  const family = given.get('family') ?? '0';
  const user = loginOf(login ?? '');
  const known = [...given.keys()].every((name) => parameters.includes(name)) && ['0', '4', '6'].includes(family);
  if (nodes === undefined || inside === null || user === undefined || !known) return undefined;
  if (kind === 'server' && nodes.length > 1) return undefined;
  const { master, db } = inside.groups ?? {};
  return {
    kind,
    nodes,
    tls: scheme === 'rediss',
    ...user,
    db: Number(db ?? 0),
    master,
    sentinelUsername: given.get('sentinel_username') ?? undefined,
    sentinelPassword: given.get('sentinel_password') ?? undefined,
    family: Number(family),
    place: placeOf(nodes, path),
  };
}

function nodesOf(list: string, usualPort: number): readonly RedisNode[] | undefined {
  const nodes = list.split(',').map((text): RedisNode | undefined => {
    const [, host, digits] = node.exec(text) ?? [];
    const port = Number(digits ?? usualPort);
    if (host === undefined || port === 0 || port > 65_535) return undefined;
    return { host: host.replace(/^\[|\]$/g, ''), port };
  });
  return nodes.every((one) => one !== undefined) ? nodes : undefined;
}

function loginOf(login: string): Pick<RedisAddress, 'username' | 'password'> | undefined {
  const [, username, password] = /^([^:]*)(?::([^]*))?$/.exec(login) ?? [];
  try {
    return {
      username: decodeURIComponent(username ?? '') || undefined,
      password: password && decodeURIComponent(password),
    };
  } catch {
    return undefined; // a percent sign that stands for itself
  }
}

function placeOf(nodes: readonly RedisNode[], path: string): string {
  const names = nodes.map(({ host, port }) => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`));
  return path === '' || path === '0' ? names.join() : `${names.join()}/${path}`;
}
