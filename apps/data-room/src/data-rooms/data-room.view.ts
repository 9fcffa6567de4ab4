import type { Role } from '../members/role.js';
import type { DataRoom } from './data-room.entity.js';

/** A data room as one of its members sees it. */
export interface DataRoomView extends Pick<DataRoom, 'id' | 'name' | 'createdAt'> {
  readonly role: Role;
}

export const viewOf = ({ id, name, createdAt }: DataRoom, role: Role): DataRoomView => ({ id, name, createdAt, role });
