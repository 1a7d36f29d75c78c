/** Bookings: made, worth, kept. */
import type { Kpi } from "../types.ts";

const CREATED = `type = "booking_created"`;
const DIMENSIONS = ["bot_id", "location_id", "contact_id"] as const;

export const BOOKINGS: readonly Kpi[] = [
  {
    key: "bookings",
    label: "Bookings",
    unit: "count",
    better: "up",
    description: "Bookings made.",
    formula: `count(${CREATED})`,
    dimensions: DIMENSIONS,
    group: "bookings",
  },
  {
    key: "booked_value",
    label: "Booked value",
    unit: "money",
    better: "up",
    description: "Value of bookings made.",
    formula: `sum(value, ${CREATED})`,
    dimensions: [...DIMENSIONS, "currency"],
    group: "bookings",
  },
  {
    key: "cancellation_rate",
    label: "Cancellation rate",
    unit: "percent",
    better: "down",
    description: "Bookings cancelled for each booking made.",
    formula: `count(type = "booking_cancelled") / count(${CREATED})`,
    dimensions: DIMENSIONS,
    group: "bookings",
  },
  {
    key: "no_show_rate",
    label: "No-show rate",
    unit: "percent",
    better: "down",
    description: "Bookings whose guest did not come, for each booking made.",
    formula: `count(type = "booking_no_show") / count(${CREATED})`,
    dimensions: DIMENSIONS,
    group: "bookings",
  },
];
