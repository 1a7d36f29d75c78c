-- Two Portuguese hotels (hotel_bookings.parquet): a booking when it is made, its end when it comes.
-- bellwether import hotel_bookings.parquet --map docs/examples/hotel_bookings.sql --location hotel
WITH bookings AS (
  SELECT
    CAST(adr AS DECIMAL(18, 4)) * (stays_in_weekend_nights + stays_in_week_nights) AS total,
    *
  FROM input
), described AS (
  SELECT
    *,
    {
      'hotel': hotel,
      'market_segment': market_segment,
      'channel': distribution_channel,
      'deposit_type': deposit_type,
      'country': country,
      'lead_time': lead_time,
      'arrival_month': strftime(arrival_date, '%Y-%m')
    } AS about
  FROM bookings
)
SELECT
  'booking-' || row_no AS id,
  'booking_created' AS type,
  CAST(arrival_date - CAST(lead_time AS INTEGER) AS TIMESTAMP) AS time,
  'hb-' || row_no AS contact_id,
  CAST(total AS DECIMAL(18, 4)) AS value,
  'EUR' AS currency,
  about AS data
FROM described
UNION ALL
SELECT
  'end-' || row_no,
  CASE reservation_status
    WHEN 'Canceled' THEN 'booking_cancelled'
    WHEN 'No-Show' THEN 'booking_no_show'
    ELSE 'booking_completed'
  END,
  CAST(reservation_status_date AS TIMESTAMP),
  'hb-' || row_no,
  CAST(total AS DECIMAL(18, 4)),
  'EUR',
  about
FROM described
