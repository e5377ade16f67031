"""Open data from its services: StatLine (OData versions 3 and 4) and PDOK. Only `buurtbeeld fetch` comes here."""
