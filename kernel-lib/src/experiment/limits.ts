/** Limits that specs and results share. Apart from the fields of specs, so that whoever reads results in a browser does
 *  not bring their checker along. */

/** Most samples of one spec. The largest benchmark splits have some tens of thousands. */
export const MAX_SAMPLES = 100_000;
