"""Finishes the OpenAPI document: what the Belgian REST guide asks and what schemas alone cannot say."""
