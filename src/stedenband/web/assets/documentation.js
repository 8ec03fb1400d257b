"use strict";

// Shows the contract of this installation. No validator: it would send the contract's address to somebody else's server.
SwaggerUIBundle({
  url: "/v1/doc/openapi.json",
  dom_id: "#documentation",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayOperationId: true,
  displayRequestDuration: true,
  filter: true,
  validatorUrl: null,
});
