-- Portuguese bank calls (bank-full.parquet): each row is a completed call, and a conversion when y is yes.
-- bellwether import bank-full.parquet --map docs/examples/bank_marketing.sql --location bank
WITH calls AS (
  SELECT *, CAST(call_date_inferred AS TIMESTAMP) + to_seconds(row_number() OVER (PARTITION BY call_date_inferred ORDER BY row_no)) AS called_at
  FROM input
)
SELECT
  'call-' || row_no AS id,
  'call_completed' AS type,
  called_at AS time,
  'luna' AS bot_id,
  'bm-' || row_no AS contact_id,
  duration * 1000 AS duration_ms,
  { 'channel': contact, 'attempt': campaign, 'job': job, 'previous_outcome': poutcome } AS data
FROM calls
UNION ALL
SELECT
  'conversion-' || row_no,
  'lead_converted',
  called_at,
  'luna',
  'bm-' || row_no,
  NULL,
  { 'channel': contact, 'attempt': campaign, 'job': job, 'previous_outcome': poutcome }
FROM calls
WHERE y = 'yes'
