import { ConsoleLogger } from '@nestjs/common';

const chatter = new Set(['NestFactory', 'InstanceLoader', 'RoutesResolver', 'RouterExplorer']);

/** Without Nest's line for each module and route, so that what matters at the start is seen. */
export class BootLogger extends ConsoleLogger {
  override log(message: unknown, ...rest: unknown[]): void {
    if (!chatter.has(String(rest.at(-1)))) super.log(message, ...rest);
  }

  override error(message: unknown, ...rest: unknown[]): void {
    // What stops the boot is reported once, by main.ts
    if (rest.at(-1) !== 'ExceptionHandler') super.error(message, ...rest);
  }
}
