// The routes of the data room as its own OpenAPI document tells them.

export interface Parameter {
  readonly name: string;
  readonly in: string;
}

export interface Route {
  readonly method: string;
  /** `/folders/{id}/path` */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  /** What the body has, if the route takes one. */
  readonly fields: readonly string[] | undefined;
  readonly takesFile: boolean;
}

interface Schema {
  readonly properties?: Readonly<Record<string, unknown>>;
}

interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

export function routesOf({ paths }: OpenApi): Route[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { parameters = [], requestBody }]) => {
      const [type, body] = Object.entries(requestBody?.content ?? {})[0] ?? [];
      const fields = body && Object.keys(body.schema.properties ?? {});
      return { method: method.toUpperCase(), path, parameters, fields, takesFile: type === 'multipart/form-data' };
    }),
  );
}
