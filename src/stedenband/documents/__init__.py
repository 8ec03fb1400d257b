"""Documents: files attached to any record, received whole or in pieces, kept once each and served safely."""
