-- UCI Online Retail (online_retail.parquet): each order line is an event; invoices that begin with C are refunds,
-- and so are the two adjustments of bad debt, the only other lines below zero.
-- The same line may stand twice and is meant twice, so the row's number is its id.
-- bellwether import online_retail.parquet --map docs/examples/online_retail.sql --location retail
SELECT
  'line-' || row_number() OVER () AS id,
  CASE WHEN starts_with(CAST(InvoiceNo AS VARCHAR), 'C') OR Quantity * UnitPrice < 0 THEN 'refund_issued' ELSE 'order_placed' END AS type,
  InvoiceDate AS time,
  split_part(nullif(CAST(CustomerID AS VARCHAR), ''), '.', 1) AS contact_id,
  CAST(InvoiceNo AS VARCHAR) AS conversation_id,
  Quantity * CAST(UnitPrice AS DECIMAL(18, 4)) AS value,
  'GBP' AS currency,
  { 'invoice': CAST(InvoiceNo AS VARCHAR), 'sku': CAST(StockCode AS VARCHAR), 'country': Country } AS data
FROM input
