"""Django REST framework in its usual style: models, serializers, generic views."""
