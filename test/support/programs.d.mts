// The types of programs.mjs, for tests written in TypeScript.
export function findRedis(places?: { path?: string; debian?: string }): string | undefined;
export function findPostgres(places?: { path?: string; debian?: string }): string | undefined;
export function findChromium(places?: { path?: string; debian?: string }): string | undefined;
export function isProgram(file: string): boolean;
