/** What a backup keeps of one thing: fields of a reply in the cloud's own names and nesting, only those that are known. */
export interface Settings {
  readonly [name: string]: string | number | boolean | Settings | readonly Settings[];
}

/** `problem` names the place of a known field that has a form we do not know, and quotes nothing of it. */
export type SettingsReading = { readonly settings: Settings } | { readonly problem: string };

/** Takes the known fields out of a part of a reply, which may hold pre-shared keys besides. Never throws. */
export type PickSettings = (item: unknown) => SettingsReading;
