"""How a resource meets HTTP; knows no domain."""
