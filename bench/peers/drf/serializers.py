"""The documents of the Django peer."""

from typing import Any

from rest_framework import serializers

from bench.peers import common
from bench.peers.drf import models
from stedenband.people.models import ORGANIZATION_KINDS


class ReferenceField(serializers.Field):
    """A short reference."""

    def __init__(self, kind: str, title: str, **more: Any) -> None:
        """Say which collection it leads to and what names the target."""
        super().__init__(read_only=True, **more)
        self.kind, self.title = kind, title

    def to_representation(self, value: Any) -> dict[str, Any]:
        """Return the reference."""
        return {
            "href": f"{common.BASE}/{self.kind}/{value.id}",
            "id": str(value.id),
            "title": getattr(value, self.title),
        }


class Codes(serializers.Field):
    """The codes of a child table."""

    def to_representation(self, value: Any) -> list[str]:
        """Return them in order."""
        return [each.code for each in value.all()]


class RecordSerializer(serializers.ModelSerializer):
    """What every record shows of itself."""

    collection = ""
    id = serializers.UUIDField(read_only=True)
    version = serializers.IntegerField(read_only=True)
    href = serializers.SerializerMethodField()
    createdAt = serializers.DateTimeField(source="created_at", read_only=True)  # noqa: N815
    updatedAt = serializers.DateTimeField(source="updated_at", read_only=True)  # noqa: N815
    publishedAt = serializers.DateTimeField(source="published_at", read_only=True)  # noqa: N815
    owner = ReferenceField("partnerCities", "name", source="city")

    def get_href(self, row: Any) -> str:
        """Return the address of a row."""
        return f"{common.BASE}/{self.collection}/{row.id}"


COMMON = ("id", "href", "createdAt", "updatedAt", "publishedAt", "version", "visibility", "owner")


class LocationSerializer(serializers.Serializer):
    """Where a city lies."""

    latitude = serializers.FloatField()
    longitude = serializers.FloatField()


class PopulationSerializer(serializers.Serializer):
    """How many people live there."""

    value = serializers.IntegerField(source="population")
    year = serializers.IntegerField(source="population_year")


class IdentifiersSerializer(serializers.Serializer):
    """Keys elsewhere."""

    wikidataId = serializers.CharField(source="wikidata_id")  # noqa: N815
    geonamesId = serializers.CharField(source="geonames_id")  # noqa: N815
    nisCode = serializers.CharField(source="nis_code")  # noqa: N815
    enterpriseNumber = serializers.CharField(source="enterprise_number")  # noqa: N815
    iatiIdentifier = serializers.CharField(source="iati_identifier")  # noqa: N815


class TravelRulesSerializer(serializers.Serializer):
    """What a city has agreed on for its delegations."""

    trainBelowKm = serializers.IntegerField(source="train_below_km")  # noqa: N815
    blockingWarnings = serializers.ListField(source="blocking_warnings")  # noqa: N815


class PartnerCitySerializer(RecordSerializer):
    """A partner city."""

    collection = "partnerCities"
    countryCode = serializers.CharField(source="country_code")  # noqa: N815
    location = LocationSerializer(source="*")
    population = PopulationSerializer(source="*")
    languages = Codes()
    identifiers = IdentifiersSerializer(source="*")
    travelRules = TravelRulesSerializer(source="*")  # noqa: N815

    class Meta:
        """Its fields."""

        model = models.PartnerCity
        fields = (
            *COMMON, "name", "names", "countryCode", "subdivision", "location", "population", "timezone", "languages",
            "website", "identifiers", "travelRules",
        )  # fmt: skip


class OnePartnerCitySerializer(PartnerCitySerializer):
    """A single city, with those that may be the same."""

    possibleDuplicates = serializers.SerializerMethodField()  # noqa: N815

    class Meta(PartnerCitySerializer.Meta):
        """Its fields."""

        fields = (*PartnerCitySerializer.Meta.fields, "possibleDuplicates")

    def get_possibleDuplicates(self, city: Any) -> list[Any] | None:  # noqa: N802
        """Return the cities of the same name and country."""
        same = models.PartnerCity.objects.filter(country_code=city.country_code, name_sort=city.name_sort)
        field = ReferenceField("partnerCities", "name")
        return [field.to_representation(each) for each in same.exclude(id=city.id).order_by("id")] or None


class MemberSerializer(serializers.ModelSerializer):
    """A city in a link."""

    city = ReferenceField("partnerCities", "name", source="partner_city")

    class Meta:
        """Its fields."""

        model = models.CityLinkMember
        fields = ("city", "role")


class MoveSerializer(serializers.ModelSerializer):
    """A move along the lifecycle."""

    movedAt = serializers.DateTimeField(source="moved_at")  # noqa: N815
    decision = serializers.SerializerMethodField()

    class Meta:
        """Its fields."""

        model = models.CityLinkMove
        fields = ("status", "movedAt", "decision", "reason")

    def get_decision(self, move: Any) -> dict[str, Any] | None:
        """Return the decision, if one was named."""
        if move.decision_date is None:
            return None
        return {
            "date": move.decision_date.isoformat(), "body": move.decision_body, "reference": move.decision_reference,
        }  # fmt: skip


class MergeSerializer(serializers.ModelSerializer):
    """A city's word that a link is to be merged."""

    city = ReferenceField("partnerCities", "name", source="partner_city")
    into = ReferenceField("cityLinks", "title")

    class Meta:
        """Its fields."""

        model = models.CityLinkMerge
        fields = ("city", "into")


class CityLinkSerializer(RecordSerializer):
    """A city link, with what this caller may know."""

    collection = "cityLinks"
    members = MemberSerializer(many=True)
    themes = Codes()
    internalNote = serializers.CharField(source="internal_note")  # noqa: N815
    startDate = serializers.DateField(source="start_date")  # noqa: N815
    endDate = serializers.DateField(source="end_date")  # noqa: N815
    renewalDue = serializers.BooleanField(source="renewal_due")  # noqa: N815
    mergedInto = ReferenceField("cityLinks", "title", source="merged_into")  # noqa: N815
    mergeConfirmations = MergeSerializer(source="merge_confirmations", many=True)  # noqa: N815
    moves = MoveSerializer(many=True)

    class Meta:
        """Its fields."""

        model = models.CityLink
        fields = (
            *COMMON, "title", "kind", "status", "members", "themes", "summary", "internalNote", "startDate", "endDate",
            "renewalDue", "mergedInto", "mergeConfirmations", "moves",
        )  # fmt: skip

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Leave out what the caller may not know."""
        document: dict[str, Any] = super().to_representation(instance)
        if instance.city_id != self.context["city"]:
            del document["internalNote"]
            if instance.id not in self.context["links"]:
                del document["mergeConfirmations"]
                for move in document["moves"]:
                    del move["reason"]
        return document


class KeyField(serializers.Field):
    """A record that the input refers to."""

    def __init__(self, kind: str, title: str, **more: Any) -> None:
        """Say how it is shown."""
        super().__init__(required=False, **more)
        self.shown = ReferenceField(kind, title)

    def to_internal_value(self, data: Any) -> Any:
        """Return the row that the caller refers to, if the caller sees it."""
        if not isinstance(data, dict) or set(data) != {"id"}:
            raise serializers.ValidationError("Refer to a record by its id.")
        found = self.context["referable"][self.source].filter(id=data["id"]).first()
        if found is None:
            raise serializers.ValidationError("There is no such record.")
        return found

    def to_representation(self, value: Any) -> Any:
        """Return the reference, if the caller sees the row."""
        if self.source == "city_link" and not (
            value.visibility == "public"
            or value.city_id == self.context["city"]
            or (value.visibility == "link" and value.id in self.context["links"])
        ):
            return None
        return self.shown.to_representation(value)


class OrganizationIdentifiersSerializer(serializers.Serializer):
    """Keys elsewhere."""

    enterpriseNumber = serializers.CharField(source="enterprise_number")  # noqa: N815
    iatiIdentifier = serializers.CharField(source="iati_identifier")  # noqa: N815


class OrganizationSerializer(RecordSerializer):
    """An organization, with what this caller may know."""

    collection = "organizations"
    name = serializers.CharField(max_length=200)
    kind = serializers.ChoiceField(ORGANIZATION_KINDS)
    city = KeyField("partnerCities", "name", source="partner_city")
    cityLink = KeyField("cityLinks", "title", source="city_link")  # noqa: N815
    functionalMailbox = serializers.EmailField(source="functional_mailbox", max_length=254, required=False)  # noqa: N815
    website = serializers.URLField(max_length=2000, required=False)
    community = serializers.CharField(max_length=200, required=False)
    summary = serializers.DictField(child=serializers.CharField(max_length=4000), required=False)
    visibility = serializers.ChoiceField(("city", "link", "public"), required=False)
    identifiers = OrganizationIdentifiersSerializer(source="*", read_only=True)
    internalNote = serializers.CharField(source="internal_note", read_only=True)  # noqa: N815

    class Meta:
        """Its fields."""

        model = models.Organization
        read_only_fields = ("names", "phone", "version")
        fields = (
            *COMMON, "name", "names", "kind", "city", "cityLink", "identifiers", "functionalMailbox", "phone", "website",
            "community", "summary", "internalNote",
        )  # fmt: skip

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Leave out what the caller may not know."""
        document: dict[str, Any] = super().to_representation(instance)
        if instance.city_id != self.context["city"]:
            del document["internalNote"]
        return document


class OneOrganizationSerializer(OrganizationSerializer):
    """A single organization, with those that may be the same."""

    possibleDuplicates = serializers.SerializerMethodField()  # noqa: N815

    class Meta(OrganizationSerializer.Meta):
        """Its fields."""

        fields = (*OrganizationSerializer.Meta.fields, "possibleDuplicates")

    def get_possibleDuplicates(self, row: Any) -> list[Any] | None:  # noqa: N802
        """Return the organizations of the same name, as the database finds them."""
        same = self.context["seen"].extra(where=["id IN (SELECT duplicates_of_organization(%s))"], params=[row.id])
        field = ReferenceField("organizations", "name")
        return [field.to_representation(each) for each in same.order_by("id")] or None
