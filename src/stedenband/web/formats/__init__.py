"""How a reply may look beside JSON: the table of formats, and one file per format that the web layer writes itself."""
