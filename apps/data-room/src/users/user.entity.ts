import { Column, Entity, PrimaryColumn } from 'typeorm';
import { isoDate } from '../database/iso-date.js';

@Entity('users')
export class User {
  @PrimaryColumn('varchar', { length: 36 })
  id: string;

  /** Always in lower case: nobody registers twice by typing a capital. */
  @Column('varchar', { length: 254, unique: true })
  email: string;

  @Column('varchar', { length: 255 })
  name: string;

  @Column('varchar', { length: 255 })
  passwordHash: string;

  @Column(isoDate)
  createdAt: Date;
}
