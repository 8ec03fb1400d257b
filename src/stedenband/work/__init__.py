"""The worker: it does the jobs beside the API and, as the application, knows every domain."""
