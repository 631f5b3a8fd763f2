/**
 * Relies on `packages/common/decorators/http/route-params.decorator.ts`: how decorators describe parameters, and on
 * `packages/common/enums/route-paramtypes.enum.ts`: the numbers of their kinds.
 */
import type { PipeTransform, Type } from '@nestjs/common';
import { PARAMS_KEY } from './metadata-keys.js';

/**
 * Nest's parameter kind for a request's body. Pipes such as ValidationPipe check parameters of this kind and skip
 * unknown kinds.
 */
export const BODY = 3;

/** A pipe, or a class that Nest instantiates. */
export type Pipe = Type<PipeTransform> | PipeTransform;

/** How a parameter is decorated. */
export interface ParamDetails {
  readonly data?: string | undefined;
  readonly pipes?: readonly Pipe[] | undefined;
}

/** A decorated parameter. */
export interface DecoratedParam extends ParamDetails {
  readonly index: number;
}

/** Returns a method's decorated parameters by Nest's names for them; `undefined` if none is decorated. */
export function paramsOf(
  type: object,
  methodName: string | symbol,
): Readonly<Record<string, DecoratedParam>> | undefined {
  return Reflect.getMetadata(PARAMS_KEY, type, methodName) as
    Readonly<Record<string, DecoratedParam>> | undefined;
}

/** Decorates a parameter of a method. @param kind one of Nest's numbers, or one of our own above 100 */
export function addParam(
  type: object,
  methodName: string | symbol,
  { kind, index, data, pipes = [] }: DecoratedParam & { readonly kind: number },
): void {
  const params = { ...paramsOf(type, methodName), [`${kind}:${index}`]: { data, pipes, index } };
  Reflect.defineMetadata(PARAMS_KEY, params, type, methodName);
}
