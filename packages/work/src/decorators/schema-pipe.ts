import { BadRequestException, type PipeTransform } from '@nestjs/common';
import type { SchemaIssue, StandardSchema } from '@nestcraft/engine';

/** Parses a value with its schema. Nest has such a pipe since version 12; this one also works with Nest 11. */
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
