import { invalid } from '../gateway/api-error.ts';
import type { RequestParams } from '../gateway/params.ts';
import type { FieldCheck } from './field-checks.ts';

/** The texts that a request gives, by name. Throws `ApiError` for a text that the service does not take. */
export function titlesOf<Name extends string>(
  params: RequestParams,
  checks: Readonly<Record<Name, FieldCheck>>,
): Partial<Record<Name, string>> {
  const titles: Partial<Record<Name, string>> = {};
  for (const name of Object.keys(checks) as Name[]) {
    const text = params.text(name);
    if (text === undefined) {
      continue;
    }
    if (!checks[name](text)) {
      throw invalid(name);
    }
    titles[name] = text;
  }
  return titles;
}
