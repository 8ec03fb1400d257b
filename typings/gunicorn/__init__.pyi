"""What of gunicorn's inside the server uses."""
