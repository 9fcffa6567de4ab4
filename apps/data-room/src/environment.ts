import { resolve } from 'node:path';
import { z } from 'zod';
import { BootError } from './boot-error.js';
import { emailSchema } from './users/user.schema.js';

/** What the operator decides. Read once, before anything else exists; the token under which it is injected. */
export abstract class Environment {
  abstract readonly port: number;
  abstract readonly host: string;
  /** Absent: the embedded database in `databaseFile`. */
  abstract readonly databaseUrl: string | undefined;
  abstract readonly databaseFile: string;
  abstract readonly storageDir: string;
  abstract readonly jwtSecret: string;
  /** Requests a minute and client; 0 = no limit. */
  abstract readonly throttleLimit: number;
  /** Emails in lower case, of those who may see and steer the cache. Absent: whoever registered first. */
  abstract readonly administrators: readonly string[] | undefined;
  /** What a Prometheus sends that scrapes /metrics. Absent: there is no /metrics. */
  abstract readonly metricsToken: string | undefined;
}

const developmentSecret = 'for development only, never in production';

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .pipe(z.number().min(least).max(most));

const variables = {
  PORT: { wants: 'a whole number from 0 to 65535', schema: wholeNumber(0, 65535).default(3000) },
  HOST: {
    wants: 'a host name or an IP address',
    schema: z
      .string()
      .regex(/^[\w.:%-]+$/)
      .default('127.0.0.1'),
  },
  DATABASE_URL: {
    wants: 'an address such as postgres://user:password@host:5432/name, or to be left out for the embedded database',
    schema: z.url({ protocol: /^postgres(ql)?$/, hostname: /^.+$/ }).optional(),
  },
  STORAGE_DIR: {
    wants: 'the path of a folder',
    schema: z
      .string()
      .regex(/^[^\0]+$/)
      .default('storage'),
  },
  JWT_SECRET: { wants: 'a secret of at least 16 characters', schema: z.string().min(16).optional() },
  THROTTLE_LIMIT: {
    wants: 'a whole number of requests a minute from 0 up (0 = no limit)',
    schema: wholeNumber(0, 999_999_999).default(600),
  },
  ADMINISTRATORS: {
    wants: 'email addresses, separated by commas',
    schema: z
      .string()
      .transform((text) => text.split(',').map((email) => email.trim()))
      .pipe(z.array(emailSchema))
      .optional(),
  },
  METRICS_TOKEN: {
    wants: 'a token of at least 16 letters, digits and -._~+/=',
    schema: z
      .string()
      .regex(/^[\w.~+/=-]{16,}$/)
      .optional(),
  },
} as const;

type Name = keyof typeof variables;

export function readEnvironment(given: NodeJS.ProcessEnv): Environment {
  const jwtSecret = read('JWT_SECRET', given);
  if (jwtSecret === undefined && given.NODE_ENV === 'production') {
    throw new BootError(
      `JWT_SECRET must be ${variables.JWT_SECRET.wants} when NODE_ENV is production, got nothing. ` +
        'Set it to something long and random, for instance the output of "openssl rand -base64 32".',
    );
  }

  return Object.freeze({
    port: read('PORT', given),
    host: read('HOST', given),
    databaseUrl: read('DATABASE_URL', given),
    databaseFile: resolve('data', 'data-room.sqlite'),
    storageDir: resolve(read('STORAGE_DIR', given)),
    jwtSecret: jwtSecret ?? developmentSecret,
    throttleLimit: read('THROTTLE_LIMIT', given),
    administrators: read('ADMINISTRATORS', given),
    metricsToken: read('METRICS_TOKEN', given),
  });
}

function read<N extends Name>(name: N, given: NodeJS.ProcessEnv): z.output<(typeof variables)[N]['schema']> {
  const { schema, wants } = variables[name];
  // `PORT=` in an .env file means "not set"
  const parsed = schema.safeParse(given[name] === '' ? undefined : given[name]);
  if (parsed.success) return parsed.data as z.output<(typeof variables)[N]['schema']>;

  throw new BootError(
    `${name} must be ${wants}, got ${shown(name, given[name])}. Set it in .env or in the environment.`,
  );
}

/** Secrets stay out of logs. */
function shown(name: Name, value = ''): string {
  if (name === 'JWT_SECRET' || name === 'METRICS_TOKEN') return `${value.length} characters`;
  return JSON.stringify(value.replace(/\/\/[^@]*@/, '//…@'));
}
