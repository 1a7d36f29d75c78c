/** How each person wants numbers and dates written: a BCP 47 tag; NULL: as their browser says. */
export const locale = `
ALTER TABLE users ADD COLUMN locale TEXT;
`;
