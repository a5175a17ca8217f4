import { invalid, missing } from './api-error.ts';

export type RawParams = Readonly<Record<string, string>>;
export type TagFilter = { readonly Key: string; readonly Value: string | undefined };

/** The parameters of a call, read by type. Lists count from 1: `ResourceId.1`, `Tag.1.Key`. */
export class RequestParams {
  readonly raw: RawParams;

  constructor(raw: RawParams) {
    this.raw = raw;
  }

  /** A text. Like the gateway, it treats an empty text as left out. */
  text(name: string): string | undefined {
    const value = this.raw[name];
    return value === '' ? undefined : value;
  }

  need(name: string): string {
    const value = this.text(name);
    if (value === undefined) {
      throw missing(name);
    }
    return value;
  }

  flag(name: string): boolean | undefined {
    const value = this.text(name)?.toLowerCase();
    if (value === undefined) {
      return undefined;
    }
    if (value !== 'true' && value !== 'false') {
      throw invalid(name);
    }
    return value === 'true';
  }

  integer(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) {
      return undefined;
    }
    if (!/^-?\d{1,15}$/.test(value)) {
      throw invalid(name);
    }
    return Number(value);
  }

  /** `Name.1`, `Name.2`, … */
  list(name: string): string[] {
    const values: string[] = [];
    for (let at = 1; ; at++) {
      const value = this.text(`${name}.${at}`);
      if (value === undefined) {
        return values;
      }
      values.push(value);
    }
  }

  /** `Name.1.Key` with `Name.1.Value`, … */
  tags(name = 'Tag'): TagFilter[] {
    const found: TagFilter[] = [];
    for (let at = 1; ; at++) {
      const Key = this.text(`${name}.${at}.Key`);
      if (Key === undefined) {
        return found;
      }
      found.push({ Key, Value: this.raw[`${name}.${at}.Value`] });
    }
  }

  /** The parameters below `prefix.`, without the prefix. Undefined when there is no parameter. */
  below(prefix: string): RequestParams | undefined {
    const start = `${prefix}.`;
    const entries = Object.entries(this.raw).filter(([name]) => name.startsWith(start));
    if (entries.length === 0) {
      return undefined;
    }
    return new RequestParams(Object.fromEntries(entries.map(([name, value]) => [name.slice(start.length), value])));
  }
}

/** Whether tags satisfy every filter. A filter without a value asks only for the key. */
export const hasTags = (tags: Readonly<Record<string, string>>, filters: readonly TagFilter[]): boolean =>
  filters.every(({ Key, Value }) => Object.hasOwn(tags, Key) && (Value === undefined || tags[Key] === Value));

/** Tags in the service's form. */
export const tagList = (tags: Readonly<Record<string, string>>): { Key: string; Value: string }[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
