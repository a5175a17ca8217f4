type Passage = { readonly start: number; readonly text: string; readonly isHeading: boolean };
export function passagesOfPage(source: string): Passage[];
export function passagesOfSource(name: string, source: string): Passage[];
