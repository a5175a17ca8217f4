/** The part of a reply that a backup keeps: only known fields, with the cloud's own names and nesting. */
export interface Settings {
  readonly [name: string]: string | number | boolean | Settings | readonly Settings[];
}

/** `problem` names the place of a known field with an unknown form, and quotes no text of it. */
export type SettingsReading = { readonly settings: Settings } | { readonly problem: string };

/** Takes the known fields out of a part of a reply. The reply may also hold pre-shared keys. Never throws. */
export type PickSettings = (item: unknown) => SettingsReading;
