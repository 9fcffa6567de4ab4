import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiBearerAuth,
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiForbiddenResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
} from '@nestjs/swagger';
import { Needs } from '../access/needs.decorator.js';
import { idSchema } from '../http/id.schema.js';
import type { Page } from '../http/page.js';
import {
  invitation,
  memberBody,
  memberPageSchema,
  memberSchema,
  membersQuery,
  type Invitation,
  type MemberBody,
  type MembersQuery,
} from './member.schema.js';
import { MemberService, type MemberView } from './member.service.js';

@Controller('data-rooms/:id/members')
@ApiBearerAuth()
@ApiForbiddenResponse({ description: 'The caller is no owner.' })
export class MemberController {
  constructor(private readonly members: MemberService) {}

  @Get()
  @Needs({ role: 'owner', of: 'data room' })
  @ApiOkResponse({ standardSchema: memberPageSchema, description: 'In the order of joining.' })
  @ApiNotFoundResponse({ description: 'There is no such data room, or the caller is no member.' })
  list(
    @Param('id', { schema: idSchema }) id: string,
    @Query({ schema: membersQuery }) query: MembersQuery,
  ): Promise<Page<MemberView>> {
    return this.members.list(id, query);
  }

  @Post()
  @Needs({ role: 'owner', of: 'data room' })
  @ApiCreatedResponse({ standardSchema: memberSchema, description: 'Whoever has this email is a member now.' })
  @ApiBadRequestResponse({ description: 'The body is not as described.' })
  @ApiNotFoundResponse({
    description: 'There is no such data room, nobody has this email, or the caller is no member.',
  })
  @ApiConflictResponse({ description: 'They are a member already, with the role they have.' })
  invite(
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: invitation }) body: Invitation,
  ): Promise<MemberView> {
    return this.members.invite(id, body);
  }

  @Put(':userId')
  @Needs({ role: 'owner', of: 'data room' })
  @ApiOkResponse({ standardSchema: memberSchema, description: 'The user is a member with this role now.' })
  @ApiNotFoundResponse({ description: 'There is no such data room or user, or the caller is no member.' })
  @ApiConflictResponse({ description: 'This is the last owner.' })
  put(
    @Param('id', { schema: idSchema }) id: string,
    @Param('userId', { schema: idSchema }) userId: string,
    @Body({ schema: memberBody }) { role }: MemberBody,
  ): Promise<MemberView> {
    return this.members.put(id, userId, role);
  }

  @Delete(':userId')
  @HttpCode(204)
  @Needs({ role: 'owner', of: 'data room' })
  @ApiNoContentResponse({ description: 'The user sees nothing of this data room any more.' })
  @ApiNotFoundResponse({ description: 'There is no such data room or member, or the caller is no member.' })
  @ApiConflictResponse({ description: 'This is the last owner.' })
  remove(
    @Param('id', { schema: idSchema }) id: string,
    @Param('userId', { schema: idSchema }) userId: string,
  ): Promise<void> {
    return this.members.remove(id, userId);
  }
}
