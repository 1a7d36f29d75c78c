-- Olist seller funnel, two files: leads first, won deals second.
-- bellwether import olist_marketing_qualified_leads_dataset.csv olist_closed_deals_dataset.csv --map docs/examples/olist_funnel.sql --location olist
SELECT
  'lead-' || mql_id AS id,
  'lead_created' AS type,
  CAST(first_contact_date AS TIMESTAMP) AS time,
  mql_id AS contact_id,
  NULL AS value,
  NULL AS currency,
  to_json({ 'source': nullif(origin, ''), 'landing_page_id': landing_page_id }) AS data
FROM input_1
UNION ALL
SELECT
  step || '-' || mql_id,
  step,
  CAST(won_date AS TIMESTAMP),
  mql_id,
  CASE WHEN step = 'deal_closed' THEN CAST(declared_monthly_revenue AS DECIMAL(18, 4)) END,
  CASE WHEN step = 'deal_closed' THEN 'BRL' END,
  to_json({ 'sdr': sdr_id, 'closer': sr_id, 'segment': business_segment, 'lead_type': lead_type })
FROM input_2
CROSS JOIN (VALUES ('lead_qualified'), ('lead_converted'), ('deal_closed')) AS steps(step)
