"""The addresses of the Django peer."""

from django.urls import path

from bench.peers.drf import views

urlpatterns = [
    path("v1/partnerCities", views.PartnerCities.as_view()),
    path("v1/partnerCities/<uuid:pk>", views.OnePartnerCity.as_view()),
    path("v1/cityLinks", views.CityLinks.as_view()),
    path("v1/organizations", views.Organizations.as_view()),
    path("v1/organizations/<uuid:pk>", views.OneOrganization.as_view()),
]
