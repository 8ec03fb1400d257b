"""A register of any size, the same at every run: one module per domain.

A domain says in `ROWS` how many records it has at scale 1 and in `STATEMENTS` the SQL that inserts those with the
numbers `:first` to `:last`; a number decides everything about its row, so a larger register holds the smaller one.
To add a domain, write such a module and name it in DOMAINS of `filling`, after those that it refers to. The statements
see the functions of `vocabulary`.
"""
