import { METHODS } from 'node:http';
import type { FastifyInstance, HTTPMethods } from 'fastify';
import { HttpError } from './HttpError.ts';

/** Collects the routes that are added from now on, so that {@link refuseOtherMethods} can be told of them. */
export function collectMethods(api: FastifyInstance): ReadonlyMap<string, readonly string[]> {
  const methods = new Map<string, string[]>();
  api.addHook('onRoute', ({ url, method }) => {
    methods.set(url, [...(methods.get(url) ?? []), ...[method].flat()]);
  });
  return methods;
}

/** Answers 405, with an `Allow` header, where a path is known but not by this method. */
export function refuseOtherMethods(api: FastifyInstance, known: ReadonlyMap<string, readonly string[]>): void {
  const unknown = METHODS.filter((method) => method !== 'CONNECT' && !api.supportedMethods.includes(method));
  for (const method of unknown) api.addHttpMethod(method);
  for (const [url, allowed] of [...known]) {
    const allow = allowed.join(', ');
    const refuse = async () => {
      throw new HttpError('METHOD_NOT_ALLOWED', `This path takes ${allow} only`, { headers: { allow } });
    };
    const others = api.supportedMethods.filter((method) => !allowed.includes(method)) as HTTPMethods[];
    api.route({ url, method: others, schema: { hide: true }, onRequest: refuse, handler: refuse });
  }
}
