"""The tables of the register as Django models that it does not manage."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models.functions import Now


class Client(models.Model):
    """An API client."""

    id = models.UUIDField(primary_key=True)
    city_id = models.UUIDField()
    name = models.TextField()
    role = models.TextField()
    status = models.TextField()
    is_authenticated = True

    class Meta:
        """Its table."""

        managed, app_label, db_table = False, "drf", "api_client"


class Key(models.Model):
    """A key of a client."""

    id = models.UUIDField(primary_key=True)
    api_client = models.ForeignKey(Client, models.CASCADE)
    prefix = models.TextField()
    hash = models.BinaryField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        """Its table."""

        managed, app_label, db_table = False, "drf", "api_key"


class KeptReply(models.Model):
    """The first reply to a request with an idempotency key."""

    pk = models.CompositePrimaryKey("api_client_id", "actor_id", "key")
    api_client_id = models.UUIDField()
    actor_id = models.UUIDField()
    key = models.TextField()
    created_at = models.DateTimeField(db_default=Now())
    request_hash = models.BinaryField()
    status = models.IntegerField()
    location = models.TextField(null=True)
    etag = models.TextField(null=True)
    body = models.TextField(null=True)

    class Meta:
        """Its table."""

        managed, app_label, db_table = False, "drf", "idempotency_key"


class Recorded(models.Model):
    """What every record has."""

    id = models.UUIDField(primary_key=True, db_default=models.Func(function="uuidv7"))
    created_at = models.DateTimeField(db_default=models.Func(models.Value("second"), Now(), function="date_trunc"))
    updated_at = models.DateTimeField(db_default=models.Func(models.Value("second"), Now(), function="date_trunc"))
    published_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)
    visibility = models.TextField(default="city")

    class Meta:
        """No table of its own."""

        abstract = True


class PartnerCity(Recorded):
    """A partner city."""

    city = models.ForeignKey("PartnerCity", models.PROTECT, null=True, related_name="+")
    name = models.TextField()
    names = models.JSONField(null=True)
    country_code = models.TextField()
    subdivision = models.TextField(null=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    population = models.IntegerField(null=True)
    population_year = models.IntegerField(null=True)
    timezone = models.TextField(null=True)
    website = models.TextField(null=True)
    wikidata_id = models.TextField(null=True)
    geonames_id = models.TextField(null=True)
    nis_code = models.TextField(null=True)
    enterprise_number = models.TextField(null=True)
    iati_identifier = models.TextField(null=True)
    train_below_km = models.IntegerField(null=True)
    blocking_warnings = ArrayField(models.TextField(), null=True)
    name_sort = models.TextField(editable=False)
    search = SearchVectorField(editable=False)

    class Meta:
        """Its table."""

        managed, app_label, db_table = False, "drf", "partner_city"


class PartnerCityLanguage(models.Model):
    """A language of a city."""

    pk = models.CompositePrimaryKey("partner_city_id", "code")
    partner_city = models.ForeignKey(PartnerCity, models.CASCADE, related_name="languages")
    code = models.TextField()

    class Meta:
        """Its table."""

        managed, app_label, db_table = False, "drf", "partner_city_language"
        ordering = ("code",)


class CityLink(Recorded):
    """A city link."""

    city = models.ForeignKey(PartnerCity, models.PROTECT, null=True, related_name="+")
    title = models.TextField()
    kind = models.TextField()
    status = models.TextField()
    summary = models.JSONField(null=True)
    internal_note = models.TextField(null=True)
    start_date = models.DateField(null=True)
    end_date = models.DateField(null=True)
    merged_into = models.ForeignKey("CityLink", models.PROTECT, null=True, related_name="+")
    title_sort = models.TextField(editable=False)

    class Meta:
        """Its table."""

        managed, app_label, db_table = False, "drf", "city_link"


class CityLinkMember(models.Model):
    """A city in a link."""

    pk = models.CompositePrimaryKey("city_link_id", "partner_city_id")
    city_link = models.ForeignKey(CityLink, models.CASCADE, related_name="members")
    partner_city = models.ForeignKey(PartnerCity, models.PROTECT, related_name="+")
    role = models.TextField()
    position = models.IntegerField()

    class Meta:
        """Its table."""

        managed, app_label, db_table = False, "drf", "city_link_member"
        ordering = ("position",)


class CityLinkTheme(models.Model):
    """A theme of a link."""

    pk = models.CompositePrimaryKey("city_link_id", "code")
    city_link = models.ForeignKey(CityLink, models.CASCADE, related_name="themes")
    code = models.TextField()

    class Meta:
        """Its table."""

        managed, app_label, db_table = False, "drf", "city_link_theme"
        ordering = ("code",)


class CityLinkMove(models.Model):
    """A move along the lifecycle."""

    id = models.UUIDField(primary_key=True)
    city_link = models.ForeignKey(CityLink, models.CASCADE, related_name="moves")
    status = models.TextField()
    moved_at = models.DateTimeField()
    reason = models.TextField(null=True)
    decision_date = models.DateField(null=True)
    decision_body = models.TextField(null=True)
    decision_reference = models.TextField(null=True)

    class Meta:
        """Its table."""

        managed, app_label, db_table = False, "drf", "city_link_move"
        ordering = ("id",)


class CityLinkMerge(models.Model):
    """A city's word that a link is to be merged."""

    pk = models.CompositePrimaryKey("city_link_id", "into_id", "partner_city_id")
    city_link = models.ForeignKey(CityLink, models.CASCADE, related_name="merge_confirmations")
    into = models.ForeignKey(CityLink, models.CASCADE, related_name="+")
    partner_city = models.ForeignKey(PartnerCity, models.PROTECT, related_name="+")

    class Meta:
        """Its table."""

        managed, app_label, db_table = False, "drf", "city_link_merge"
        ordering = ("into_id",)


class Agreement(models.Model):
    """An agreement, as far as renewals go."""

    id = models.UUIDField(primary_key=True)
    city_link = models.ForeignKey(CityLink, models.CASCADE, related_name="agreements")
    status = models.TextField()
    valid_to = models.DateField()

    class Meta:
        """Its table."""

        managed, app_label, db_table = False, "drf", "agreement"


class Organization(Recorded):
    """An organization."""

    city = models.ForeignKey(PartnerCity, models.PROTECT, null=True, related_name="+")
    name = models.TextField()
    names = models.JSONField(null=True)
    kind = models.TextField()
    partner_city = models.ForeignKey(PartnerCity, models.PROTECT, null=True, related_name="+")
    city_link = models.ForeignKey(CityLink, models.PROTECT, null=True, related_name="+")
    enterprise_number = models.TextField(null=True)
    iati_identifier = models.TextField(null=True)
    functional_mailbox = models.TextField(null=True)
    phone = models.TextField(null=True)
    website = models.TextField(null=True)
    community = models.TextField(null=True)
    summary = models.JSONField(null=True)
    internal_note = models.TextField(null=True)
    name_sort = models.GeneratedField(
        expression=models.Func("name", function="fold"), output_field=models.TextField(), db_persist=True
    )

    class Meta:
        """Its table."""

        managed, app_label, db_table = False, "drf", "organization"
