/** The tests' real Redis. Out of the environment, where an application would find it and keep in step with all others. */
export const redisUrl = process.env.REDIS_URL ?? '';
delete process.env.REDIS_URL;
