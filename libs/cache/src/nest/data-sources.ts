import type { DataSource } from 'typeorm';

/**
 * The data sources that an application writes through: those that it provides, and those that its managers, repositories and
 * services hold. One that is missed would be written to unseen.
 */
export function dataSourcesAmong(instances: readonly object[]): Set<DataSource> {
  const managers = instances.flatMap((instance) => [instance, heldBy(instance, 'manager')]);
  const candidates = managers.flatMap((holder) => [holder, heldBy(holder, 'dataSource'), heldBy(holder, 'connection')]);
  return new Set(candidates.filter(isDataSource));
}

/** Its own value, without running a getter. */
function heldBy(holder: unknown, name: string): unknown {
  return typeof holder === 'object' && holder !== null
    ? (Object.getOwnPropertyDescriptor(holder, name)?.value as unknown)
    : undefined;
}

/** By its looks: the application may have another copy of TypeORM than this package. Mocks answer to every name with a function. */
function isDataSource(candidate: unknown): candidate is DataSource {
  try {
    const { createQueryRunner, entityMetadatas } = (candidate ?? {}) as Partial<DataSource>;
    return typeof createQueryRunner === 'function' && Array.isArray(entityMetadatas);
  } catch {
    // Some proxies answer only inside a request, and throw now.
    return false;
  }
}
