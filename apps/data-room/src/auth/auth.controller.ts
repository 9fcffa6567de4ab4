import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import { loginSchema, registerSchema, sessionSchema, type Login, type Registration } from './auth.schema.js';
import { AuthService, type Session } from './auth.service.js';
import { Public } from './public.decorator.js';

@Controller('auth')
@Public()
@ApiBadRequestResponse({ description: 'The body is not as described.' })
export class AuthController {
  constructor(private readonly auth: AuthService) {}

  @Post('register')
  @ApiCreatedResponse({ standardSchema: sessionSchema, description: 'Registered and logged in.' })
  @ApiConflictResponse({ description: 'Somebody has registered with this email already.' })
  register(@Body({ schema: registerSchema }) body: Registration): Promise<Session> {
    return this.auth.register(body);
  }

  @Post('login')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: sessionSchema, description: 'Logged in.' })
  @ApiUnauthorizedResponse({ description: 'Email or password is wrong.' })
  login(@Body({ schema: loginSchema }) body: Login): Promise<Session> {
    return this.auth.login(body);
  }
}
