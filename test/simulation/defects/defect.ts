/** A mistake that a cloud janitor has made, to be put into this product. The simulator has to notice it. */
export type Defect = {
  readonly id: string;
  /** A plain sentence, for the documents. */
  readonly happened: string;
  readonly file: string;
  /** This text occurs exactly once in the file. */
  readonly from: string;
  readonly to: string;
  /** The promise that it breaks, as the monitor names it. */
  readonly promise: string;
};
