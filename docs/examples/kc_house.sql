-- King County house sales (kc_house_data.csv): each sale is a closed deal.
-- bellwether import kc_house_data.csv --map docs/examples/kc_house.sql --location jorge_main
SELECT
  CAST(id AS VARCHAR) || '-' || left(CAST(date AS VARCHAR), 8) AS id,
  'deal_closed' AS type,
  -- 20141013T000000, midnight UTC; sales of one day keep the file's order.
  strptime(left(CAST(date AS VARCHAR), 8), '%Y%m%d') + to_microseconds(row_number() OVER ()) AS time,
  'seller-bot' AS bot_id,
  'prop-' || CAST(id AS VARCHAR) AS contact_id,
  CAST(price AS DECIMAL(18, 4)) AS value,
  'USD' AS currency,
  {
    'zipcode': CAST(zipcode AS VARCHAR),
    'grade': grade,
    'waterfront': waterfront,
    'sqft_living': sqft_living,
    'bedrooms': bedrooms
  } AS data
FROM input
