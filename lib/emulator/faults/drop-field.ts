/** A copy without the field, at any depth. */
export function dropField(value: unknown, field: string): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => dropField(item, field));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const kept = Object.entries(value).filter(([name]) => name !== field);
  return Object.fromEntries(kept.map(([name, inner]) => [name, dropField(inner, field)]));
}
