import {
  BadRequestException,
  ForbiddenException,
  Injectable,
  NotFoundException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { AuthenticatedRequest } from '../auth/auth.guard.js';
import { FileService } from '../files/file.service.js';
import { FolderService } from '../folders/folder.service.js';
import { idSchema } from '../http/id.schema.js';
import { MemberService } from '../members/member.service.js';
import { covers, type Role } from '../members/role.js';
import { Needs, type Need } from './needs.decorator.js';

export interface PermittedRequest extends AuthenticatedRequest {
  /** Of what the route is about. */
  dataRoomId: string;
  role: Role;
}

/**
 * Who is no member learns nothing, not even that the thing exists; who is one, but with too small a role, is told so.
 * Content is cached by its data room, without regard to who asks, and roles by themselves: so no answer can reach the wrong person.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly members: MemberService,
    private readonly folders: FolderService,
    private readonly files: FileService,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const need = this.reflector.get(Needs, context.getHandler());
    if (!need) return true;

    const request = context.switchToHttp().getRequest<PermittedRequest>();
    const id = idSchema.safeParse(request.params.id);
    if (!id.success) throw new BadRequestException('id: must be a UUID');

    const dataRoomId = await this.#dataRoomOf(need, id.data);
    const role = dataRoomId && (await this.members.roleOf(dataRoomId, request.user.id));
    if (!role) throw new NotFoundException(`There is no such ${need.of}.`);
    if (!covers(role, need.role)) {
      throw new ForbiddenException(`This needs the role "${need.role}"; yours in this data room is "${role}".`);
    }
    Object.assign(request, { dataRoomId, role });
    return true;
  }

  async #dataRoomOf({ of }: Need, id: string): Promise<string | undefined> {
    if (of === 'data room') return id;
    return of === 'folder' ? this.folders.dataRoomOf(id) : this.files.dataRoomOf(id);
  }
}
