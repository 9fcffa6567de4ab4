// Entities of every shape that TypeORM knows and a tag could miss.
import {
  ChildEntity,
  Column,
  DeleteDateColumn,
  Entity,
  EntitySchema,
  JoinColumn,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  TableInheritance,
  Tree,
  TreeChildren,
  TreeParent,
  type Relation,
} from 'typeorm';
import { CacheTags } from '@data-room/cache';

@Entity()
export class Room {
  @PrimaryGeneratedColumn()
  id: number;
  @Column({ default: 'room' })
  name: string;
  @Column({ unique: true, nullable: true, type: 'text' })
  code: string | null;
}

/** With a column for its room, without one for its parent. */
@Entity()
export class Folder {
  @PrimaryGeneratedColumn()
  id: number;
  @Column({ default: 'folder' })
  name: string;
  @Column({ default: 0 })
  size: number;
  @Column({ nullable: true, type: 'int' })
  roomId: number | null;
  @ManyToOne(() => Room, { onDelete: 'CASCADE' })
  room: Relation<Room> | null;
  @ManyToOne(() => Folder, { onDelete: 'CASCADE', nullable: true })
  parent: Relation<Folder> | null;
  @ManyToMany(() => Label)
  @JoinTable()
  labels: Relation<Label>[];
  @OneToMany(() => Sheet, ({ folder }) => folder, { cascade: true })
  sheets: Relation<Sheet>[];
  @DeleteDateColumn()
  deletedAt: Date | null;
}

@Entity()
export class Sheet {
  @PrimaryGeneratedColumn()
  id: number;
  @Column({ default: 'sheet' })
  name: string;
  @ManyToOne(() => Folder, ({ sheets }) => sheets, { nullable: true })
  folder: Relation<Folder> | null;
}

@Entity()
export class Label {
  @PrimaryGeneratedColumn('uuid')
  id: string;
  @Column({ default: 'label' })
  name: string;
}

class Address {
  @Column({ default: '' })
  city: string;
}

@Entity({ name: '2fa members' })
@CacheTags<Membership>({ name: 'membership', also: { city: ({ address }) => address.city } })
export class Membership {
  @PrimaryColumn()
  roomId: number;
  @PrimaryColumn()
  userName: string;
  @Column(() => Address)
  address: Address;
  @Column({ default: 'viewer' })
  role: string;
}

/** Refers to a room by something else than its id. */
@Entity()
export class Badge {
  @PrimaryGeneratedColumn()
  id: number;
  @Column({ default: '' })
  text: string;
  @ManyToOne(() => Room)
  @JoinColumn({ name: 'roomCode', referencedColumnName: 'code' })
  room: Relation<Room> | null;
}

@Entity()
@TableInheritance({ column: { type: 'varchar', name: 'kind' } })
export class Paper {
  @PrimaryGeneratedColumn()
  id: number;
  @Column({ default: 'paper' })
  title: string;
}

@ChildEntity()
export class Contract extends Paper {
  @ManyToOne(() => Room, { nullable: true })
  client: Relation<Room> | null;
}

export interface Stamp {
  id: string;
  ink: string;
}
export const StampSchema = new EntitySchema<Stamp>({
  name: 'Stamp',
  columns: { id: { type: 'text', primary: true }, ink: { type: 'text', default: 'blue' } },
});

@Entity()
@Tree('closure-table')
export class Category {
  @PrimaryGeneratedColumn()
  id: number;
  @Column()
  name: string;
  @TreeChildren()
  children: Relation<Category>[];
  @TreeParent()
  parent: Relation<Category> | null;
}

/** Referred to by a key that only TRUNCATE … CASCADE follows. */
@Entity()
export class Receipt {
  @PrimaryGeneratedColumn()
  id: number;
  @ManyToOne(() => Badge, { nullable: true })
  badge: Relation<Badge> | null;
}

export const entities = [
  Room,
  Folder,
  Sheet,
  Label,
  Membership,
  Badge,
  Paper,
  Contract,
  StampSchema,
  Category,
  Receipt,
];
