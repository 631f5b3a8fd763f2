import { BadRequestException, type PipeTransform } from '@nestjs/common';
import type { ZodType } from 'zod';

/** Passes values that match the schema; rejects others with a 400 that lists each issue and its location. */
export class ValidationPipe<Value> implements PipeTransform<unknown, Value> {
  constructor(private readonly schema: ZodType<Value>) {}

  transform(input: unknown): Value {
    const result = this.schema.safeParse(input ?? {});
    if (result.success) return result.data;
    throw new BadRequestException(
      result.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`),
    );
  }
}
