/** One mistake that a cloud janitor has made, put into this one: the simulator has to notice. */
export type Defect = {
  readonly id: string;
  /** One plain sentence, for the documents. */
  readonly happened: string;
  readonly file: string;
  /** Occurs exactly once in the file. */
  readonly from: string;
  readonly to: string;
  /** The promise that it breaks, as the monitor names it. */
  readonly promise: string;
};
