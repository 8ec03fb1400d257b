"""What the API is compared with: the same fields of the same rows, each peer in the usual style of its framework.

All look the caller's key up at each request by its prefix and SHA-256, see the same rows and serve the shapes of
`bench.shapes`. What they leave out, to their own advantage, stands in docs/performance.md.
"""
