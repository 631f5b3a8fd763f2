import { OPENAPI_ROUTES, PATH_PARAMETERS, type RouteDescription } from './openapi-routes.js';
import { ref, string, type Schema } from './openapi-schema.js';
import { OPENAPI_SCHEMAS } from './openapi-schemas.js';

function operationOf(method: string, path: string, route: RouteDescription): Schema {
  const { summary, action, query = {}, body, type = 'application/json' } = route;
  const schema = route.type === undefined ? route.answer : string;
  const status = route.status ?? (schema ? 200 : 204);
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter = '']) => ({
    ...{ name: parameter, in: 'path', required: true, schema: PATH_PARAMETERS[parameter] },
  }));
  const inQuery = Object.entries(query).map(([parameter, one]) => ({
    name: parameter.replace(/\?$/, ''),
    in: 'query',
    required: !parameter.endsWith('?'),
    schema: one,
  }));
  const header = {
    ...{ name: 'X-Nestcraft', in: 'header', required: true, schema: { const: '1' } },
    description:
      'required together with a JSON body and the same origin, to protect against other sites',
  };
  return {
    summary,
    'x-action': action,
    parameters: [...inPath, ...inQuery, ...(method === 'POST' ? [header] : [])],
    ...(body && { requestBody: { content: { 'application/json': { schema: body } } } }),
    responses: {
      [status]: {
        description: status === 204 ? 'Done' : status === 202 ? 'Under way' : 'The answer',
        ...(schema && { content: { [type]: { schema } } }),
      },
      default: {
        description: 'A problem',
        content: { 'application/problem+json': { schema: ref('Problem') } },
      },
    },
  };
}

function paths(): Record<string, Record<string, Schema>> {
  const result: Record<string, Record<string, Schema>> = {};
  for (const [key, route] of Object.entries(OPENAPI_ROUTES)) {
    const [method = '', path = ''] = key.split(' ');
    (result[path] ??= {})[method.toLowerCase()] = operationOf(method, path, route);
  }
  return result;
}

/**
 * The document of the dashboard's JSON API. Paths are relative to the document itself. Each operation names its action.
 */
export const OPENAPI = {
  openapi: '3.1.0',
  info: {
    title: 'Nestcraft Work dashboard',
    version: '1',
    description:
      'Watch and manage background jobs. Errors are application/problem+json. In paths, a name or an id that is "." or ".." is sent with a leading "~", and one that already looks like that, such as "~..", with one more, because browsers remove dots from paths.',
  },
  servers: [{ url: '.' }],
  paths: paths(),
  components: { schemas: OPENAPI_SCHEMAS },
} as const;
