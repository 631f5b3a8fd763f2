import { BadRequestException, type PipeTransform } from '@nestjs/common';
import type { ZodType } from 'zod';

/** Lets through what fits the schema; answers anything else with a 400 that says what is wrong where. */
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
