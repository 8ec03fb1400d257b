"""Questions over several domains: the search over all resources."""
