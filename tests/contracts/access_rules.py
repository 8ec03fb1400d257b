"""Who gets which answer: the access rules as one table, written independently of the code that it checks.

A column says on which records a role may do it, by its city's relation to the record and the record's visibility:

    any        no record is named
    seen       every record the caller sees
    owned      records of its own city (of a city in the directory: its maker's and its own)
    drafted    owned, and not public yet
    made       records that its own city made
    member     links of which its city is a member
    either     links that it owns, or that are to be merged into one that it owns
    shared     records of visibility 'link' in a link of its city
    ours       owned or shared
    reported   what its city sees of a link that it is a member of
    told       owned or reported
    unclaimed  cities without a client, which the administrator keeps
    kept       unclaimed, and the administrator still sees the city afterwards
    no         none: the record is looked up, then refused
    -          none: refused before anything is looked up

A record that is not seen answers 404, one that is seen but not open to the caller 403, a closed operation 401 without
a key and 403 with one. A key that is revoked or expired, or whose client is suspended, gets 401 everywhere.
"""

from dataclasses import dataclass

TABLE = """
operation                                             public  partner  auditor  editor  coordinator  admin      done
GET    /v1/partnerCities                              any     any      any      any     any          any        200
POST   /v1/partnerCities                              -       -        -        any     any          any        201
POST   /v1/partnerCities publish                      -       -        -        no      any          any        201
GET    /v1/partnerCities/<partnerCityId>              seen    seen     seen     seen    seen         seen       200
GET    /v1/partnerCities/<partnerCityId>/history      seen    seen     seen     seen    seen         seen       200
PATCH  /v1/partnerCities/<partnerCityId>              -       -        -        owned   owned        unclaimed  200
PATCH  /v1/partnerCities/<partnerCityId> publish      -       -        -        no      owned        kept       200
POST   /v1/partnerCities/<partnerCityId>/dryRun       -       -        -        owned   owned        unclaimed  200
DELETE /v1/partnerCities/<partnerCityId>              -       -        -        -       made         -          204

GET    /v1/cityLinks                                  any     any      any      any     any          any        200
POST   /v1/cityLinks                                  -       -        -        any     any          -          201
POST   /v1/cityLinks publish                          -       -        -        no      any          -          201
GET    /v1/cityLinks/<cityLinkId>                     seen    seen     seen     seen    seen         seen       200
GET    /v1/cityLinks/<cityLinkId>/history             seen    seen     seen     seen    seen         seen       200
PATCH  /v1/cityLinks/<cityLinkId>                     -       shared   -        ours    ours         -          200
PATCH  /v1/cityLinks/<cityLinkId> rename              -       no       -        owned   owned        -          200
PATCH  /v1/cityLinks/<cityLinkId> annotate            -       no       -        owned   owned        -          200
PATCH  /v1/cityLinks/<cityLinkId> appoint             -       no       -        owned   owned        -          200
PATCH  /v1/cityLinks/<cityLinkId> publish             -       no       -        no      owned        -          200
DELETE /v1/cityLinks/<cityLinkId>                     -       -        -        -       owned        -          204
POST   /v1/cityLinks/<cityLinkId>/transitions         -       -        -        owned   owned        -          200
POST   /v1/cityLinks/<cityLinkId>/dryRun              -       shared   -        ours    ours         -          200
POST   /v1/cityLinks/<cityLinkId>/transitions/dryRun move  -  -        -        owned   owned        -          200
POST   /v1/cityLinks/<cityLinkId>/claim               -       -        -        -       member       -          200
POST   /v1/cityLinks/<cityLinkId>/merge               -       -        -        -       either       -          200

GET    /v1/cityLinks/<cityLinkId>/agreements          seen    seen     seen     seen    seen         seen       200
POST   /v1/cityLinks/<cityLinkId>/agreements          -       -        -        owned   owned        -          201
GET    /v1/cityLinks/<cityLinkId>/agreements/<agreementId>           seen  seen    seen  seen   seen   seen     200
GET    /v1/cityLinks/<cityLinkId>/agreements/<agreementId>/history   seen  seen    seen  seen   seen   seen     200
PATCH  /v1/cityLinks/<cityLinkId>/agreements/<agreementId>           -     shared  -     ours   ours   -        200
PATCH  /v1/cityLinks/<cityLinkId>/agreements/<agreementId> extend    -     no      -     owned  owned  -        200
PATCH  /v1/cityLinks/<cityLinkId>/agreements/<agreementId> annotate  -     no      -     owned  owned  -        200
PATCH  /v1/cityLinks/<cityLinkId>/agreements/<agreementId> publish   -     no      -     no     owned  -        200
POST   /v1/cityLinks/<cityLinkId>/agreements/<agreementId>/dryRun    -     shared  -     ours   ours   -        200
DELETE /v1/cityLinks/<cityLinkId>/agreements/<agreementId>           -     -       -     -      owned  -        204

GET    /v1/organizations                              any     any      any      any     any          any        200
POST   /v1/organizations                              -       -        -        any     any          -          201
POST   /v1/organizations publish                      -       -        -        no      any          -          201
GET    /v1/organizations/<organizationId>             seen    seen     seen     seen    seen         seen       200
GET    /v1/organizations/<organizationId>/history     seen    seen     seen     seen    seen         seen       200
PATCH  /v1/organizations/<organizationId>             -       shared   -        ours    ours         -          200
PATCH  /v1/organizations/<organizationId> annotate    -       no       -        owned   owned        -          200
PATCH  /v1/organizations/<organizationId> unshare     -       no       -        owned   owned        -          200
PATCH  /v1/organizations/<organizationId> publish     -       no       -        no      owned        -          200
POST   /v1/organizations/<organizationId>/dryRun      -       shared   -        ours    ours         -          200
DELETE /v1/organizations/<organizationId>             -       -        -        -       owned        -          204

GET    /v1/contacts                                   any     any      any      any     any          any        200
POST   /v1/contacts                                   -       -        -        any     any          -          201
POST   /v1/contacts publish                           -       -        -        no      any          -          201
POST   /v1/contacts/query                             any     any      any      any     any          any        200
GET    /v1/contacts/<contactId>                       seen    seen     seen     seen    seen         seen       200
GET    /v1/contacts/<contactId>/history               seen    seen     seen     seen    seen         seen       200
PATCH  /v1/contacts/<contactId>                       -       shared   -        ours    ours         -          200
PATCH  /v1/contacts/<contactId> annotate              -       no       -        owned   owned        -          200
PATCH  /v1/contacts/<contactId> appoint               -       no       -        owned   owned        -          200
PATCH  /v1/contacts/<contactId> unshare               -       no       -        owned   owned        -          200
PATCH  /v1/contacts/<contactId> publish               -       no       -        no      owned        -          200
POST   /v1/contacts/<contactId>/dryRun                -       shared   -        ours    ours         -          200
POST   /v1/contacts/<contactId>/merge                 -       -        -        -       owned        -          200
POST   /v1/contacts/<contactId>/erasure               -       -        -        -       owned        -          201
POST   /v1/contacts/<contactId>/rectification         -       -        -        -       owned        -          200
POST   /v1/contacts/<contactId>/review                -       -        -        -       owned        -          200
DELETE /v1/contacts/<contactId>                       -       -        -        -       owned        -          204

GET    /v1/policyPlans                                any     any      any      any     any          any        200
POST   /v1/policyPlans                                -       -        -        any     any          -          201
GET    /v1/policyPlans/<policyPlanId>                 seen    seen     seen     seen    seen         seen       200
GET    /v1/policyPlans/<policyPlanId>/history         seen    seen     seen     seen    seen         seen       200
PATCH  /v1/policyPlans/<policyPlanId>                 -       -        -        owned   owned        -          200
POST   /v1/policyPlans/<policyPlanId>/transitions publish  -  -        -        -       owned        -          200
POST   /v1/policyPlans/<policyPlanId>/dryRun          -       -        -        owned   owned        -          200
POST   /v1/policyPlans/<policyPlanId>/transitions/dryRun publish  -  -  -       -       owned        -          200
DELETE /v1/policyPlans/<policyPlanId>                 -       -        -        -       owned        -          204
GET    /v1/policyPlans/<policyPlanId>/goals           seen    seen     seen     seen    seen         seen       200
POST   /v1/policyPlans/<policyPlanId>/goals           -       -        -        drafted owned        -          201
GET    /v1/policyPlans/<policyPlanId>/goals/<policyGoalId>              seen  seen  seen  seen     seen   seen  200
GET    /v1/policyPlans/<policyPlanId>/goals/<policyGoalId>/history      seen  seen  seen  seen     seen   seen  200
PATCH  /v1/policyPlans/<policyPlanId>/goals/<policyGoalId>              -     -     -     owned    owned  -     200
DELETE /v1/policyPlans/<policyPlanId>/goals/<policyGoalId>              -     -     -     -        owned  -     204
GET    /v1/policyPlans/<policyPlanId>/actions         seen    seen     seen     seen    seen         seen       200
POST   /v1/policyPlans/<policyPlanId>/actions         -       -        -        drafted owned        -          201
GET    /v1/policyPlans/<policyPlanId>/actions/<policyActionId>          seen  seen  seen  seen     seen   seen  200
GET    /v1/policyPlans/<policyPlanId>/actions/<policyActionId>/history  seen  seen  seen  seen     seen   seen  200
PATCH  /v1/policyPlans/<policyPlanId>/actions/<policyActionId>          -     -     -     owned    owned  -     200
DELETE /v1/policyPlans/<policyPlanId>/actions/<policyActionId>          -     -     -     -        owned  -     204

GET    /v1/decisions                                  any     any      any      any     any          any        200
POST   /v1/decisions                                  -       -        -        any     any          -          201
POST   /v1/decisions publish                          -       -        -        no      any          -          201
GET    /v1/decisions/<decisionId>                     seen    seen     seen     seen    seen         seen       200
GET    /v1/decisions/<decisionId>/history             seen    seen     seen     seen    seen         seen       200
PATCH  /v1/decisions/<decisionId>                     -       -        -        owned   owned        -          200
PATCH  /v1/decisions/<decisionId> publish             -       -        -        no      owned        -          200
POST   /v1/decisions/<decisionId>/dryRun              -       -        -        owned   owned        -          200
DELETE /v1/decisions/<decisionId>                     -       -        -        -       owned        -          204

GET    /v1/exchangeProjects                           any     any      any      any     any          any        200
POST   /v1/exchangeProjects                           -       -        -        any     any          -          201
POST   /v1/exchangeProjects publish                   -       -        -        no      any          -          201
GET    /v1/exchangeProjects/<exchangeProjectId>          seen  seen    seen  seen   seen   seen  200
GET    /v1/exchangeProjects/<exchangeProjectId>/history  seen  seen    seen  seen   seen   seen  200
PATCH  /v1/exchangeProjects/<exchangeProjectId>          -     shared  -     ours   ours   -     200
PATCH  /v1/exchangeProjects/<exchangeProjectId> annotate -     no      -     owned  owned  -     200
PATCH  /v1/exchangeProjects/<exchangeProjectId> grant    -     no      -     owned  owned  -     200
PATCH  /v1/exchangeProjects/<exchangeProjectId> appoint  -     no      -     owned  owned  -     200
PATCH  /v1/exchangeProjects/<exchangeProjectId> unshare  -     no      -     owned  owned  -     200
PATCH  /v1/exchangeProjects/<exchangeProjectId> publish  -     no      -     no     owned  -     200
POST   /v1/exchangeProjects/<exchangeProjectId>/transitions begin  -  -  -  owned  owned   -     200
POST   /v1/exchangeProjects/<exchangeProjectId>/dryRun       -  shared  -  ours   ours   -       200
POST   /v1/exchangeProjects/<exchangeProjectId>/transitions/dryRun begin  -  -  -  owned  owned  -  200
DELETE /v1/exchangeProjects/<exchangeProjectId>          -     -       -     -      owned  -     204
GET    /v1/documents                                  any     any      any      any     any          any        200
POST   /v1/documents                                  -       -        -        any     any          -          201
POST   /v1/documents publish                          -       -        -        no      any          -          201
GET    /v1/documents/<documentId>                     seen    seen     seen     seen    seen         seen       200
GET    /v1/documents/<documentId>/history             seen    seen     seen     seen    seen         seen       200
GET    /v1/documents/<documentId>/content             seen    seen     seen     seen    seen         seen       200
GET    /v1/documents/<documentId>/thumbnail           seen    seen     seen     seen    seen         seen       200
POST   /v1/documents/<documentId>/link                seen    seen     seen     seen    seen         seen       200
PATCH  /v1/documents/<documentId>                     -       shared   -        ours    ours         -          200
PATCH  /v1/documents/<documentId> retain              -       no       -        owned   owned        -          200
PATCH  /v1/documents/<documentId> publish             -       no       -        no      owned        -          200
POST   /v1/documents/<documentId>/dryRun              -       shared   -        ours    ours         -          200
DELETE /v1/documents/<documentId>                     -       -        -        -       owned        -          204
POST   /v1/uploads                                    -       -        -        any     any          -          201
GET    /v1/uploads/<uploadId>                         -       -        -        seen    seen         -          200
PATCH  /v1/uploads/<uploadId>                         -       -        -        seen    seen         -          204
POST   /v1/uploads/<uploadId>/finish                  -       -        -        seen    seen         -          409
DELETE /v1/uploads/<uploadId>                         -       -        -        seen    seen         -          204

GET    /v1/statistics/exchangeProjects                any     any      any      any     any          any        200
GET    /v1/reminders                                  -       any      any      any     any          -          200
GET    /v1/cityLinks/<cityLinkId>/calendar            seen    seen     seen     seen    seen         seen       200
GET    /v1/partnerCities/<partnerCityId>/calendar     seen    seen     seen     seen    seen         seen       200
GET    /v1/calendarSubscriptions                      -       any      any      any     any          any        200
POST   /v1/calendarSubscriptions                      -       any      any      any     any          -          201
GET    /v1/calendarSubscriptions/<calendarSubscriptionId>            -     seen    seen  seen   seen   seen     200
GET    /v1/calendarSubscriptions/<calendarSubscriptionId>/history    -     seen    seen  seen   seen   seen     200
DELETE /v1/calendarSubscriptions/<calendarSubscriptionId>            -     seen    seen  seen   seen   seen     204
GET    /v1/digestSubscriptions                        -       any      any      any     any          any        200
POST   /v1/digestSubscriptions                        -       any      any      any     any          -          201
GET    /v1/digestSubscriptions/<digestSubscriptionId>            -     seen    seen  seen   seen   seen     200
GET    /v1/digestSubscriptions/<digestSubscriptionId>/history    -     seen    seen  seen   seen   seen     200
DELETE /v1/digestSubscriptions/<digestSubscriptionId>            -     seen    seen  seen   seen   seen     204
POST   /v1/digests/<digest>/unsubscription            seen    seen     seen     seen    seen         seen       204
GET    /v1/webhooks                                   -       any      any      any     any          any        200
POST   /v1/webhooks                                   -       any      any      any     any          -          201
GET    /v1/webhooks/<webhookId>                       -       seen     seen     seen    seen         seen       200
GET    /v1/webhooks/<webhookId>/history               -       seen     seen     seen    seen         seen       200
PATCH  /v1/webhooks/<webhookId>                       -       seen     seen     seen    seen         -          200
DELETE /v1/webhooks/<webhookId>                       -       seen     seen     seen    seen         seen       204
POST   /v1/webhooks/<webhookId>/secret                -       seen     seen     seen    seen         -          200
POST   /v1/webhooks/<webhookId>/replay                -       seen     seen     seen    seen         -          200
POST   /v1/webhooks/<webhookId>/test                  -       seen     seen     seen    seen         -          201
GET    /v1/webhooks/<webhookId>/deliveries            -       seen     seen     seen    seen         seen       200
GET    /v1/webhooks/<webhookId>/deliveries/<deliveryId>            -       seen     seen     seen    seen         seen       200
GET    /v1/tasks                                      -       any      any      any     any          any        200
GET    /v1/tasks/<taskId>                             -       seen     seen     seen    seen         seen       200
POST   /v1/tasks/<taskId>/cancellation                -       seen     seen     seen    seen         seen       200
POST   /v1/exports                                    -       any      any      any     any          any        202
GET    /v1/exports/<exportId>                         -       seen     seen     seen    seen         seen       200
GET    /v1/imports/<importId>                         -       seen     seen     seen    seen         seen       200
GET    /v1/imports/<importId>/corrections             -       seen     seen     seen    seen         seen       200
GET    /v1/calendars/<secret>                     seen    seen     seen     seen    seen         seen       200

GET    /v1/exchangeProjects/<exchangeProjectId>/results                             seen  seen      seen  seen   seen   seen  200
POST   /v1/exchangeProjects/<exchangeProjectId>/results                             -     -         -     drafted owned  -     201
GET    /v1/exchangeProjects/<exchangeProjectId>/results/<resultId>                  seen  seen      seen  seen   seen   seen  200
GET    /v1/exchangeProjects/<exchangeProjectId>/results/<resultId>/history          seen  seen      seen  seen   seen   seen  200
PATCH  /v1/exchangeProjects/<exchangeProjectId>/results/<resultId>                  -     shared    -     ours   ours   -     200
PATCH  /v1/exchangeProjects/<exchangeProjectId>/results/<resultId> reorder          -     no        -     owned  owned  -     200
PATCH  /v1/exchangeProjects/<exchangeProjectId>/results/<resultId> annotate         -     no        -     owned  owned  -     200
DELETE /v1/exchangeProjects/<exchangeProjectId>/results/<resultId>                  -     -         -     -      owned  -     204
GET    /v1/exchangeProjects/<exchangeProjectId>/indicators                          seen  seen      seen  seen   seen   seen  200
POST   /v1/exchangeProjects/<exchangeProjectId>/indicators                          -     -         -     drafted owned  -     201
GET    /v1/exchangeProjects/<exchangeProjectId>/indicators/<indicatorId>            seen  seen      seen  seen   seen   seen  200
GET    /v1/exchangeProjects/<exchangeProjectId>/indicators/<indicatorId>/history    seen  seen      seen  seen   seen   seen  200
GET    /v1/exchangeProjects/<exchangeProjectId>/indicators/<indicatorId>/series     seen  seen      seen  seen   seen   seen  200
PATCH  /v1/exchangeProjects/<exchangeProjectId>/indicators/<indicatorId>            -     shared    -     ours   ours   -     200
PATCH  /v1/exchangeProjects/<exchangeProjectId>/indicators/<indicatorId> reorder    -     no        -     owned  owned  -     200
PATCH  /v1/exchangeProjects/<exchangeProjectId>/indicators/<indicatorId> annotate   -     no        -     owned  owned  -     200
DELETE /v1/exchangeProjects/<exchangeProjectId>/indicators/<indicatorId>            -     -         -     -      owned  -     204
GET    /v1/exchangeProjects/<exchangeProjectId>/periods                             seen  seen      seen  seen   seen   seen  200
POST   /v1/exchangeProjects/<exchangeProjectId>/periods                             -     -         -     drafted owned  -     201
POST   /v1/exchangeProjects/<exchangeProjectId>/periods unlock                      -     -         -     no     owned  -     201
POST   /v1/exchangeProjects/<exchangeProjectId>/periods/acts                        -     -         -     -      owned  -     200
GET    /v1/exchangeProjects/<exchangeProjectId>/periods/<periodId>                  seen  seen      seen  seen   seen   seen  200
GET    /v1/exchangeProjects/<exchangeProjectId>/periods/<periodId>/history          seen  seen      seen  seen   seen   seen  200
PATCH  /v1/exchangeProjects/<exchangeProjectId>/periods/<periodId>                  -     reported  -     told   told   -     200
PATCH  /v1/exchangeProjects/<exchangeProjectId>/periods/<periodId> promise          -     no        -     owned  owned  -     200
PATCH  /v1/exchangeProjects/<exchangeProjectId>/periods/<periodId> annotate         -     no        -     owned  owned  -     200
PATCH  /v1/exchangeProjects/<exchangeProjectId>/periods/<periodId> lock             -     no        -     no     owned  -     200
POST   /v1/exchangeProjects/<exchangeProjectId>/periods/<periodId>/dryRun         -  reported  -    told   told   -     200
POST   /v1/exchangeProjects/<exchangeProjectId>/periods/<periodId>/transitions/dryRun submit  -  reported  -    told   told   -     200
POST   /v1/exchangeProjects/<exchangeProjectId>/periods/<periodId>/transitions retract  -  reported  -    told   told   -     200
POST   /v1/exchangeProjects/<exchangeProjectId>/periods/<periodId>/transitions approve  -  no        -    no     owned  -     200
DELETE /v1/exchangeProjects/<exchangeProjectId>/periods/<periodId>                  -     -         -     -      owned  -     204

GET    /v1/delegations                                any     any      any      any     any          any        200
POST   /v1/delegations                                -       -        -        any     any          -          201
POST   /v1/delegations publish                        -       -        -        no      any          -          201
POST   /v1/delegations approve                        -       -        -        no      any          -          201
GET    /v1/delegations/<delegationId>                 seen    seen     seen     seen    seen         seen       200
GET    /v1/delegations/<delegationId>/history         seen    seen     seen     seen    seen         seen       200
PATCH  /v1/delegations/<delegationId>                 -       reported -        told    told         -          200
PATCH  /v1/delegations/<delegationId> annotate        -       no       -        owned   owned        -          200
PATCH  /v1/delegations/<delegationId> grant           -       no       -        owned   owned        -          200
PATCH  /v1/delegations/<delegationId> publish         -       no       -        no      owned        -          200
POST   /v1/delegations/<delegationId>/transitions approve  -  -        -        no      owned        -          200
POST   /v1/delegations/<delegationId>/transitions cancel   -  -        -        owned   owned        -          200
POST   /v1/delegations/<delegationId>/dryRun          -       reported -        told    told         -          200
POST   /v1/delegations/<delegationId>/transitions/dryRun cancel  -  -  -        owned   owned        -          200
DELETE /v1/delegations/<delegationId>                 -       -        -        -       owned        -          204
GET    /v1/delegations/<delegationId>/warnings        -       reported -        told    told         -          200
GET    /v1/delegations/<delegationId>/programItems    seen    seen     seen     seen    seen         seen       200
POST   /v1/delegations/<delegationId>/programItems    -       reported -        told    told         -          201
POST   /v1/delegations/<delegationId>/programItems publish  -  no     -        no      owned        -          201
GET    /v1/delegations/<delegationId>/programItems/<programItemId>          seen  seen     seen  seen   seen   seen  200
GET    /v1/delegations/<delegationId>/programItems/<programItemId>/history  seen  seen     seen  seen   seen   seen  200
PATCH  /v1/delegations/<delegationId>/programItems/<programItemId>          -     reported -     told   told   -     200
PATCH  /v1/delegations/<delegationId>/programItems/<programItemId> annotate -     no       -     owned  owned  -     200
PATCH  /v1/delegations/<delegationId>/programItems/<programItemId> publish  -     no       -     no     owned  -     200
POST   /v1/delegations/<delegationId>/programItems/<programItemId>/dryRun   -     reported -     told   told   -     200
DELETE /v1/delegations/<delegationId>/programItems/<programItemId>          -     -        -     -      owned  -     204

GET    /v1/emissionFactors                            any     any      any      any     any          any        200
GET    /v1/statistics/delegations                     any     any      any      any     any          any        200
GET    /v1/statistics/travel                          any     any      any      any     any          any        200

POST   /v1/imports                                    -       any      -        any     any          any        200
POST   /v1/imports/corrections                        -       any      -        any     any          any        200
GET    /v1/imports/templates/<collection>             -       any      -        any     any          any        200

GET    /v1/privacyActs                                -       -        any      -       any          -          200
GET    /v1/privacyActs/<privacyActId>                 -       -        seen     -       seen         -          200
GET    /v1/privacyActs/<privacyActId>/history         -       -        seen     -       seen         -          200
GET    /v1/transferGrounds                            -       -        any      -       any          -          200
POST   /v1/transferGrounds                            -       -        -        -       any          -          201
GET    /v1/transferGrounds/<transferGroundId>         -       -        seen     -       seen         -          200
GET    /v1/transferGrounds/<transferGroundId>/history -       -        seen     -       seen         -          200
PATCH  /v1/transferGrounds/<transferGroundId>         -       -        -        -       owned        -          200
GET    /v1/processingRegister                         -       -        any      -       any          any        200
POST   /v1/subjectAccess                              -       -        -        -       any          -          201

GET    /v1/apiClients                                 -       -        -        -       -            any        200
POST   /v1/apiClients                                 -       -        -        -       -            any        201
GET    /v1/apiClients/<apiClientId>                   -       -        -        -       -            seen       200
GET    /v1/apiClients/<apiClientId>/history           -       -        -        -       -            seen       200
PATCH  /v1/apiClients/<apiClientId>                   -       -        -        -       -            seen       200
POST   /v1/apiClients/<apiClientId>/keys              -       -        -        -       -            seen       201
DELETE /v1/apiClients/<apiClientId>/keys/<keyId>      -       -        -        -       -            seen       204

GET    /v1/refData                                    any     any      any      any     any          any        200
GET    /v1/refData/<codeList>                         any     any      any      any     any          any        200
GET    /v1/refData/<codeList>/<itemCode>              any     any      any      any     any          any        200
GET    /v1/changes                                    any     any      any      any     any          any        200
GET    /v1/changes/seals                              any     any      any      any     any          any        200
GET    /v1/search                                     any     any      any      any     any          any        200
GET    /v1/doc/openapi.json                           any     any      any      any     any          any        200
GET    /v1/doc/openapi.yaml                           any     any      any      any     any          any        200
GET    /v1/health                                     any     any      any      any     any          any        200
GET    /v1/me                                         any     any      any      any     any          any        200
GET    /metrics                                       -       -        -        -       -            any        200
GET    /doc                                           any     any      any      any     any          any        200
GET    /doc/<name>                                    any     any      any      any     any          any        200
GET    /livez                                         any     any      any      any     any          any        200
GET    /readyz                                        any     any      any      any     any          any        200
"""

ROLES = ("public", "partner", "auditor", "editor", "coordinator", "admin")
STAFF = ("auditor", "editor", "coordinator", "admin")
"""Roles that see what is private to their city; a partner's client sees only what is shared or public."""

SAID_ANEW = frozenset({"", "rename", "annotate"})
ADDED = frozenset({"agreements", "goals", "actions", "results", "indicators", "programItems"})
"""What is added below a record, as often as one likes."""


@dataclass(frozen=True)
class Caller:
    """Who asks; `refused`: with a key that no longer holds."""

    role: str = "public"
    city: str | None = None
    refused: str | None = None

    def __str__(self) -> str:
        return self.refused or (f"{self.role} of {self.city}" if self.city else self.role)


@dataclass(frozen=True)
class Facts:
    """What the rules need to know of a record.

    `maker` is the city that made a record of the directory, or the role of the client whose own a record is, `twin` the owner of the record that a link may be merged
    into, `claimed` tells whether a city has clients; `contradicts` are the acts that its state does not allow (409).
    """

    visibility: str
    owners: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()
    maker: str | None = None
    twin: str | None = None
    claimed: bool = False
    contradicts: frozenset[str] = frozenset()
    holder: tuple[str, str] | None = None
    """City and role of the one client that knows of it."""


@dataclass(frozen=True)
class Rule:
    """A line of the table; `act` tells two requests of one operation apart."""

    method: str
    path: str
    act: str
    grounds: dict[str, str]
    done: int

    def __str__(self) -> str:
        return f"{self.operation} {self.act}".rstrip()

    @property
    def operation(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def last(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def writes(self) -> bool:
        return self.method in {"POST", "PATCH"}

    @property
    def verb(self) -> str:
        """What is done, in one word."""
        return self.act or {"POST": self.last}.get(self.method, self.method)

    @property
    def repeatable(self) -> bool:
        """Tell whether the record that it was done to may be asked the same again: each request says something new."""
        return self.act in SAID_ANEW and (self.method == "PATCH" or self.last in ADDED)


def _rules() -> tuple[Rule, ...]:
    lines = [line.split() for line in TABLE.strip().splitlines()[1:] if line]
    return tuple(
        Rule(words[0], words[1], " ".join(words[2:-7]), dict(zip(ROLES, words[-7:-1], strict=True)), int(words[-1]))
        for words in lines
    )


RULES = _rules()


def is_staff(caller: Caller, record: Facts) -> bool:
    """Tell whether the caller reads what is for the owner city's own staff (audience `city`)."""
    return caller.role in STAFF and caller.city in record.owners


def is_side(caller: Caller, record: Facts) -> bool:
    """Tell whether the caller reads what is for both sides of the link (audience `link`)."""
    return is_staff(caller, record) or caller.city in record.members


def sees(caller: Caller, record: Facts) -> bool:
    """Tell whether the caller may know that there is such a record."""
    match record.visibility:
        case "public":
            return True
        case "link":
            return is_side(caller, record)
        case "holder":
            return (caller.city, caller.role) == record.holder
        case "admin":
            return caller.role == "admin"
        case "client":
            return caller.role == "admin" or (caller.city in record.owners and caller.role == record.maker)
        case _:
            return is_staff(caller, record)


def may(ground: str, caller: Caller, record: Facts) -> bool:
    """Tell whether the record is one on which a role with this ground may act."""
    owned = caller.city in record.owners
    shared = record.visibility == "link" and caller.city in record.members
    reported = record.visibility != "city" and caller.city in record.members
    return {
        "seen": True,
        "owned": owned,
        "drafted": owned and record.visibility != "public",
        "made": caller.city == record.maker,
        "member": caller.city in record.members,
        "either": owned or caller.city == record.twin,
        "shared": shared,
        "ours": owned or shared,
        "reported": reported,
        "told": owned or reported,
        "unclaimed": not record.claimed,
        "kept": not record.claimed and owned,
        "no": False,
    }[ground]


def expected(rule: Rule, caller: Caller, record: Facts | None, *, names_record: bool) -> int:
    """Return the status: `record` is None where there is none; `names_record`: the path names one."""
    ground = rule.grounds[caller.role]
    if caller.refused or (ground == "-" and caller.role == "public"):
        return 401
    if ground == "-":
        return 403
    if not names_record:
        return 403 if ground == "no" else rule.done
    if record is None or not sees(caller, record):
        return 404
    if not may(ground, caller, record):
        return 403
    return 409 if rule.verb in record.contradicts else rule.done
