import { BadRequestException, type PipeTransform } from '@nestjs/common';
import type { SchemaIssue, StandardSchema } from '@nestcraft/engine';

/** Turns a value into what its schema makes of it. Nest has such a pipe since 12; this one is there in 11, too. */
export class SchemaPipe implements PipeTransform {
  constructor(private readonly schema: StandardSchema) {}

  /** @throws BadRequestException with every issue */
  async transform(value: unknown): Promise<unknown> {
    const result = await this.schema['~standard'].validate(value);
    if (!result.issues) return result.value;
    throw new BadRequestException(result.issues.map(textOf));
  }
}

function textOf({ message, path = [] }: SchemaIssue): string {
  const keys = path.map((segment) => String(typeof segment === 'object' ? segment.key : segment));
  return keys.length === 0 ? message : `${keys.join('.')}: ${message}`;
}
