import fc from 'fast-check';

/** The same examples in every run. Choose another seed with `FC_SEED=7 npx vitest run`. */
fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 20_261_122) });
