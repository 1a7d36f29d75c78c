/** When somebody wrote a refused event anew: `raw` is then their text, and `reason` still why it was refused. */
export const quarantine = `
ALTER TABLE quarantine ADD COLUMN mended_at INTEGER;
`;
