import * as z from 'zod/mini';
import { keyNotes } from './policy-fields.ts';
import { policySchema } from './policy-schema.ts';

export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** The policy's JSON Schema together with `keyNotes`, for the table of keys. */
export const annotatedSchema = (): JsonSchema => z.toJSONSchema(policySchema, { io: 'input', metadata: keyNotes });

/** `policy.schema.json`. It is generated from the schema that validates, so an editor and a run agree. */
export function policyJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(policySchema, { io: 'input', metadata: keyNotes, override: tidy });
  return {
    $schema,
    title: 'Policy of vco-sweeper',
    description: 'What may be swept, by which rules, and how carefully. All keys are optional.',
    ...schema,
  };
}

/** Leave out everything that is not JSON Schema, has no meaning, or comes from the implementation language. */
function tidy({ jsonSchema }: { readonly jsonSchema: JsonSchema }): void {
  const { allowed, unit, description, examples, maximum } = jsonSchema;
  if (typeof allowed === 'string' && description !== undefined) {
    jsonSchema.description = `${description}\n\nAllowed: ${allowed}${unit === undefined || unit === 'duration' ? '' : ` (${unit})`}.`;
  }
  delete jsonSchema.allowed;
  delete jsonSchema.unit;
  if (examples?.length === 0) {
    delete jsonSchema.examples;
  }
  if (maximum === Number.MAX_SAFE_INTEGER) {
    delete jsonSchema.maximum;
  }
}
