/** KPIs that teams define themselves: every version of a formula is kept. */
export const kpis = `
CREATE TABLE custom_kpis (
  key TEXT NOT NULL,
  location_id TEXT,
  version INTEGER NOT NULL,
  definition TEXT,
  changed_by TEXT,
  changed_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX custom_kpis_version ON custom_kpis (key, ifnull(location_id, ''), version);
`;
