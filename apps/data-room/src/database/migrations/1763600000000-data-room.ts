import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Nothing cascades: rows are deleted by the statements that say so, and a statement that forgets some fails. */
export class DataRoom1763600000000 implements MigrationInterface {
  readonly name = 'DataRoom1763600000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    // Names are compared byte by byte in both databases, so that a cursor means the same place in each of them.
    const byBytes = queryRunner.dataSource.options.type === 'postgres' ? 'COLLATE "C"' : 'COLLATE BINARY';

    await queryRunner.query(`CREATE TABLE "users" (
      "id" varchar(36) PRIMARY KEY,
      "email" varchar(254) NOT NULL UNIQUE,
      "name" varchar(255) NOT NULL,
      "passwordHash" varchar(255) NOT NULL,
      "createdAt" varchar(24) NOT NULL)`);

    await queryRunner.query(`CREATE TABLE "data_rooms" (
      "id" varchar(36) PRIMARY KEY,
      "name" varchar(255) ${byBytes} NOT NULL,
      "createdAt" varchar(24) NOT NULL)`);

    await queryRunner.query(`CREATE TABLE "members" (
      "dataRoomId" varchar(36) NOT NULL REFERENCES "data_rooms" ("id"),
      "userId" varchar(36) NOT NULL REFERENCES "users" ("id"),
      "role" varchar(16) NOT NULL CHECK ("role" IN ('viewer', 'editor', 'owner')),
      "createdAt" varchar(24) NOT NULL,
      PRIMARY KEY ("dataRoomId", "userId"))`);
    await queryRunner.query(`CREATE INDEX "members_of_user" ON "members" ("userId", "dataRoomId")`);

    await queryRunner.query(`CREATE TABLE "folders" (
      "id" varchar(36) PRIMARY KEY,
      "dataRoomId" varchar(36) NOT NULL REFERENCES "data_rooms" ("id"),
      "parentId" varchar(36) REFERENCES "folders" ("id"),
      "name" varchar(255) ${byBytes} NOT NULL,
      "createdAt" varchar(24) NOT NULL)`);
    await queryRunner.query(`CREATE INDEX "folders_of_data_room" ON "folders" ("dataRoomId")`);
    await queryRunner.query(`CREATE UNIQUE INDEX "folder_name" ON "folders" ("parentId", "name")`);
    // A unique index takes two NULLs for different, so the root level needs one of its own.
    await queryRunner.query(
      `CREATE UNIQUE INDEX "root_folder_name" ON "folders" ("dataRoomId", "name") WHERE "parentId" IS NULL`,
    );

    await queryRunner.query(`CREATE TABLE "files" (
      "id" varchar(36) PRIMARY KEY,
      "dataRoomId" varchar(36) NOT NULL REFERENCES "data_rooms" ("id"),
      "folderId" varchar(36) NOT NULL REFERENCES "folders" ("id"),
      "name" varchar(255) ${byBytes} NOT NULL,
      "mimeType" varchar(255) NOT NULL,
      "size" integer NOT NULL,
      "sha256" varchar(64) NOT NULL,
      "storageKey" varchar(36) NOT NULL UNIQUE,
      "createdAt" varchar(24) NOT NULL)`);
    await queryRunner.query(`CREATE INDEX "files_of_data_room" ON "files" ("dataRoomId")`);
    await queryRunner.query(`CREATE INDEX "files_of_folder" ON "files" ("folderId", "name", "id")`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of ['files', 'folders', 'members', 'data_rooms', 'users']) {
      await queryRunner.query(`DROP TABLE "${table}"`);
    }
  }
}
