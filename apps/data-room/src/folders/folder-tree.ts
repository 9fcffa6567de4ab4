import type { EntityManager } from 'typeorm';

export interface Step {
  readonly id: string;
  readonly name: string;
}

/** From the root down to the folder itself, in one query; empty if there is no such folder in the data room. */
export function pathTo(manager: EntityManager, dataRoomId: string, id: string): Promise<Step[]> {
  return manager.sql<Step[]>`
    WITH RECURSIVE path ("id", "name", "parentId", "height") AS (
      SELECT "id", "name", "parentId", 0 FROM "folders"
      WHERE "id" = ${id} AND "dataRoomId" = ${dataRoomId}
      UNION ALL
      SELECT folder."id", folder."name", folder."parentId", path."height" + 1
      FROM "folders" folder JOIN path ON folder."id" = path."parentId")
    SELECT "id", "name" FROM path ORDER BY "height" DESC`;
}

/** A condition on `column`: the folder `:root`, or any below it. */
export const isInSubtree = (column: 'id' | 'folderId'): string => `"${column}" IN (
  WITH RECURSIVE subtree ("id") AS (
    SELECT "id" FROM "folders" WHERE "id" = :root
    UNION ALL
    SELECT child."id" FROM "folders" child JOIN subtree ON child."parentId" = subtree."id")
  SELECT "id" FROM subtree)`;
