"""What every resource shares: errors, JSON, pages, schema, serializer, viewset, router. It names no resource."""
