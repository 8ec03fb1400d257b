"""Tasks: long work that somebody asked for, done beside the requests in the scope of whoever asked."""
