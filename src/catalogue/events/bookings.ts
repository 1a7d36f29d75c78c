import type { EventType } from "../types.ts";
import { data } from "./shapes.ts";

/** Bookings of any kind: an appointment, a table, a room. `value` is what the booking is worth, where that is known. */
export const bookingEvents: readonly EventType[] = [
  booking("booking_created", "Booking created", "Something was booked."),
  booking("booking_completed", "Booking completed", "The booked thing took place; its value counts as revenue."),
  booking("booking_cancelled", "Booking cancelled", "The booking was called off beforehand."),
  booking("booking_no_show", "No-show", "Nobody came."),
];

function booking(type: string, label: string, description: string): EventType {
  return {
    type,
    family: "bookings",
    label,
    description,
    data: data(),
    needs: [],
    example: {
      type,
      bot_id: "flora",
      contact_id: "caller-88",
      conversation_id: "booking-311",
      value: "120.00",
      data: { service: "colour and cut" },
    },
  };
}
