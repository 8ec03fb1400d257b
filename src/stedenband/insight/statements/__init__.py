"""The questions asked for calendars and reminders, by the API and by the worker."""
