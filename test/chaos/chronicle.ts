/**
 * What the database itself writes down of each thing that is read and written: its versions in the order of their commits.
 * The rows are noted by triggers at COMMIT, in the same transaction, so that they become visible with what they tell of.
 */
import type { Client } from 'pg';

/** `place` is where a thing is (a folder's parent, a member's data room), null when it is gone; `label` is its name or role. */
export interface Entry {
  readonly id: number;
  readonly register: string;
  readonly version: number;
  readonly place: string | null;
  readonly label: string | null;
}

// Deferred to COMMIT: the usage of a data room is a row that its writers would otherwise wait for with other locks in hand.
export const createChronicle = `
  CREATE TABLE chaos_register (name text PRIMARY KEY, version int NOT NULL);
  CREATE TABLE chaos_chronicle (
    id serial PRIMARY KEY, register text NOT NULL, version int NOT NULL, place text, label text);

  CREATE FUNCTION chaos_turn(thing text) RETURNS int LANGUAGE sql AS $$
    INSERT INTO chaos_register VALUES (thing, 0)
    ON CONFLICT (name) DO UPDATE SET version = chaos_register.version + 1 RETURNING version $$;

  CREATE FUNCTION chaos_note(thing text, place text, label text) RETURNS void LANGUAGE plpgsql AS $$
    DECLARE turn int := chaos_turn(thing);
    BEGIN INSERT INTO chaos_chronicle (register, version, place, label) VALUES (thing, turn, place, label); END $$;

  CREATE FUNCTION chaos_folders() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'DELETE' THEN PERFORM chaos_note('folder:' || OLD.id, NULL, NULL);
    ELSE PERFORM chaos_note('folder:' || NEW.id, COALESCE(NEW."parentId", NEW."dataRoomId"), NEW.name); END IF;
    RETURN NULL; END $$;
  CREATE CONSTRAINT TRIGGER chaos AFTER INSERT OR UPDATE OR DELETE ON folders DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION chaos_folders();

  CREATE FUNCTION chaos_usage(room text) RETURNS void LANGUAGE plpgsql AS $$
    DECLARE turn int := chaos_turn('usage:' || room);
    BEGIN
      INSERT INTO chaos_chronicle (register, version, place, label)
      SELECT 'usage:' || room, turn, room, COUNT(*) || ' ' || COALESCE(SUM(size), 0) FROM files WHERE "dataRoomId" = room;
    END $$;

  CREATE FUNCTION chaos_files() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'DELETE' THEN PERFORM chaos_note('file:' || OLD.id, NULL, NULL);
    ELSE PERFORM chaos_note('file:' || NEW.id, NEW."folderId", NEW.name); END IF;
    IF TG_OP = 'DELETE' THEN PERFORM chaos_usage(OLD."dataRoomId");
    ELSIF TG_OP = 'INSERT' THEN PERFORM chaos_usage(NEW."dataRoomId"); END IF;
    RETURN NULL; END $$;
  CREATE CONSTRAINT TRIGGER chaos AFTER INSERT OR UPDATE OR DELETE ON files DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION chaos_files();

  CREATE FUNCTION chaos_members() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'DELETE' THEN PERFORM chaos_note('member:' || OLD."dataRoomId" || ',' || OLD."userId", NULL, NULL);
    ELSE PERFORM chaos_note('member:' || NEW."dataRoomId" || ',' || NEW."userId", NEW."dataRoomId", NEW.role); END IF;
    RETURN NULL; END $$;
  CREATE CONSTRAINT TRIGGER chaos AFTER INSERT OR UPDATE OR DELETE ON members DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION chaos_members();

  CREATE FUNCTION chaos_rooms() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'INSERT' THEN PERFORM chaos_usage(NEW.id); END IF;
    PERFORM chaos_note('room:' || NEW.id, '', NEW.name);
    RETURN NULL; END $$;
  CREATE CONSTRAINT TRIGGER chaos AFTER INSERT OR UPDATE ON data_rooms DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION chaos_rooms();`;

const gapLastsMs = 5_000;

/** Reads it from where it stopped, on a connection of its own that knows nothing of caches. */
export class ChronicleReader {
  readonly #client: Client;
  #newest = 0;
  /** Numbers that were skipped: taken by a transaction that is not visible yet, or that never will be. */
  readonly #gaps = new Map<number, number>();

  constructor(client: Client) {
    this.#client = client;
  }

  async news(): Promise<readonly Entry[]> {
    const { rows } = await this.#client.query<Entry>({
      name: 'chronicle',
      text: 'SELECT id, register, version, place, label FROM chaos_chronicle WHERE id > $1 OR id = ANY($2) ORDER BY id',
      values: [this.#newest, [...this.#gaps.keys()]],
    });
    const now = performance.now();
    for (const { id } of rows) {
      for (let skipped = this.#newest + 1; skipped < id; skipped++) this.#gaps.set(skipped, now);
      this.#gaps.delete(id);
      this.#newest = Math.max(this.#newest, id);
    }
    for (const [id, since] of this.#gaps) if (now - since > gapLastsMs) this.#gaps.delete(id);
    return rows;
  }
}
