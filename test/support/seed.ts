/** What decides every random choice of a test; `npm run search` gives others. */
export const SEED = Number(process.env.TEST_SEED ?? 1);
