import fc from 'fast-check';

/** The same examples every time; another seed by hand: `FC_SEED=7 npx vitest run`. */
fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 20_261_122) });
